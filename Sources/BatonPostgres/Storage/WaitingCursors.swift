internal import Baton
internal import Locking
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// From where on claims without messages look in a queue while a backlog is being worked off.
///
/// The head of the index is full of rows that are claimed or gone, which a transaction that stays open keeps there, and
/// of rows whose names the server does not know. What comes in behind, such as a row whose transaction took long, waits
/// until the next look from the start.
final class WaitingCursors: Sendable {
    private struct Key: Hashable {
        var queue: String
        var names: [String]
    }

    private struct Cursor {
        var since: Date
        /// When the last look from the start was.
        var madeAt: ContinuousClock.Instant
    }

    /// How long it is looked on from there before it is looked from the start again.
    private static let lifetime = Duration.seconds(1)
    /// More than what a date loses on its way.
    private static let margin: TimeInterval = 0.001

    private let cursors = Locked<[Key: Cursor]>([:])

    /// From when on to look.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - names: The names that the server knows.
    ///   - now: The present.
    /// - Returns: A date for each queue; `nil` when it is the beginning for all of them.
    func since(_ queues: [String], _ names: [String], at now: ContinuousClock.Instant) -> [Date]? {
        cursors.withLock { cursors in
            let found = queues.map { cursors[Key(queue: $0, names: names)] }
            guard found.contains(where: { $0.map { now - $0.madeAt < Self.lifetime } ?? false }) else { return nil }
            return found.map { $0.flatMap { now - $0.madeAt < Self.lifetime ? $0.since : nil } ?? Self.beginning }
        }
    }

    /// Notes what a claim found.
    ///
    /// - Parameters:
    ///   - last: The last job of as many as were asked for; `nil` when there were fewer.
    ///   - queues: The queues.
    ///   - names: The names that the server knows.
    ///   - isFromStart: Whether it was looked from the start.
    ///   - now: The present.
    func found(
        _ last: ClaimedJob?,
        _ queues: [String],
        _ names: [String],
        isFromStart: Bool,
        at now: ContinuousClock.Instant
    ) {
        cursors.withLock { cursors in
            for queue in queues {
                let key = Key(queue: queue, names: names)
                guard let last, last.queue == queue else {
                    cursors[key] = nil
                    continue
                }
                let madeAt = isFromStart ? now : cursors[key]?.madeAt ?? now
                cursors[key] = Cursor(since: last.enqueuedAt.addingTimeInterval(-Self.margin), madeAt: madeAt)
            }
        }
    }

    /// The date from which on every row is seen.
    static let beginning = Date(timeIntervalSinceReferenceDate: -.infinity)
}

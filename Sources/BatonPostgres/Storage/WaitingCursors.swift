internal import Baton
internal import Locking
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// From where on claims without messages look in a queue, for a level, while a backlog is being worked off.
///
/// The head of the index is full of rows that are claimed or gone, which a transaction that stays open keeps there, and
/// of rows whose names the server does not know. What comes in behind, such as a row whose transaction took long, waits
/// until the next look from the start.
final class WaitingCursors: Sendable {
    private struct Key: Hashable {
        var place: WaitingPlace
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
    ///   - places: The queues and levels.
    ///   - names: The names that the server knows.
    ///   - now: The present.
    /// - Returns: A date for each of them; `nil` when it is the beginning for all of them.
    func since(_ places: [WaitingPlace], _ names: [String], at now: ContinuousClock.Instant) -> [Date]? {
        cursors.withLock { cursors in
            let found = places.map { cursors[Key(place: $0, names: names)] }
            guard found.contains(where: { $0.map { now - $0.madeAt < Self.lifetime } ?? false }) else { return nil }
            return found.map { $0.flatMap { now - $0.madeAt < Self.lifetime ? $0.since : nil } ?? Self.beginning }
        }
    }

    /// Notes what a claim found.
    ///
    /// - Parameters:
    ///   - last: The last job of as many as were asked for, and where it waited; `nil` when there were fewer.
    ///   - places: The queues and levels.
    ///   - names: The names that the server knows.
    ///   - isFromStart: Whether it was looked from the start.
    ///   - now: The present.
    func found(
        _ last: (job: ClaimedJob, place: WaitingPlace)?,
        _ places: [WaitingPlace],
        _ names: [String],
        isFromStart: Bool,
        at now: ContinuousClock.Instant
    ) {
        cursors.withLock { cursors in
            for place in places {
                let key = Key(place: place, names: names)
                guard let last, last.place == place else {
                    cursors[key] = nil
                    continue
                }
                let madeAt = isFromStart ? now : cursors[key]?.madeAt ?? now
                cursors[key] = Cursor(since: last.job.enqueuedAt.addingTimeInterval(-Self.margin), madeAt: madeAt)
                // Those behind it were not looked through.
                break
            }
        }
    }

    /// The date from which on every row is seen.
    static let beginning = Date(timeIntervalSinceReferenceDate: -.infinity)
}

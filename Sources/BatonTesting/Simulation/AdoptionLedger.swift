import Baton
import Locking
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Holds the publishing of rows by others than who stored them against I6 (PROTOCOL section 5).
final class AdoptionLedger: Sendable {
    /// A row that is published by whoever found it, as it was before.
    struct Found {
        let message: DispatchMessage
        let mark: PublishMark?
    }

    private struct Adoption {
        let generation: Int
        let session: PublisherSession?
        let at: Date
        /// Whether whoever took it over has given it up.
        var isGivenUp = false
    }

    private struct State {
        var last: [JobID: Adoption] = [:]
        var unmarked = 0
    }

    private let state = Locked(State())

    /// How many rows were published by others because nobody had ever answered for them.
    ///
    /// A client without a transport stores such rows; they are no repair.
    var unmarkedCount: Int {
        state.withLock { $0.unmarked }
    }

    /// Notes that rows are published by a session that had nothing to do with them.
    ///
    /// - Parameters:
    ///   - found: The rows.
    ///   - session: The session.
    ///   - age: How old a row of a living session must be.
    ///   - now: The present date.
    ///   - tables: What storage holds.
    /// - Returns: The job that is published although nothing was wrong with it, if there is one.
    func note(
        _ found: [Found],
        by session: PublisherSession?,
        age: Duration,
        at now: Date,
        _ tables: InMemoryTables
    ) -> JobID? {
        state.withLock { state in
            var twice: JobID?
            for row in found {
                let (id, generation) = (row.message.id, row.message.generation)
                if row.mark == nil { state.unmarked += 1 }
                if let last = state.last[id], last.generation == generation, !last.isGivenUp,
                    !Self.isOver(last.session, at: now, tables),
                    now.timeIntervalSince(last.at) < age / .seconds(1)
                {
                    twice = twice ?? id
                }
                state.last[id] = Adoption(generation: generation, session: session, at: now)
            }
            return twice
        }
    }

    /// Notes that rows were published again as lost: whoever did that answers for them now.
    func tookOver(_ messages: [DispatchMessage], for session: PublisherSession?, at now: Date) {
        state.withLock { state in
            for message in messages {
                state.last[message.id] = Adoption(generation: message.generation, session: session, at: now)
            }
        }
    }

    private static func isOver(_ session: PublisherSession?, at now: Date, _ tables: InMemoryTables) -> Bool {
        guard let session, let known = tables.sessions[session] else { return true }
        return known.isClosed || known.leaseUntil < now
    }

    /// Notes that a session gave rows up.
    func gaveUp(_ ids: [JobID]) {
        state.withLock { state in
            for id in ids { state.last[id]?.isGivenUp = true }
        }
    }
}

public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Puts jobs back into their queues by hand, that have ended or wait for their time.
    ///
    /// - Parameters:
    ///   - ids: The jobs.
    ///   - marks: As many marks as there are jobs.
    ///   - reason: Why, for their histories.
    /// - Returns: What is to be published, and what became of each.
    /// - Throws: ``JobStorageError``.
    public func requeue(
        _ ids: [JobID],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue {
        let sql = try await ready().requeue
        // No more than there are marks for; the rest is told where it stands.
        let sorted = Array(Set(ids.prefix(marks.count))).inJobOrder(\.self).map(\.uuid)
        var answer = JobRequeue(dispatches: [], outcomes: [])
        // A job between two tables escapes the move's snapshot. It can be met there a few times, not for ever; and what
        // was moved is answered for at once.
        for _ in 0..<20 where answer.dispatches.isEmpty {
            let results = try await perform(
                on: work,
                [
                    PostgresStatement(sql.requeue, sorted, marks.session?.uuid, marks.firstSequence, reason),
                    PostgresStatement(sql.standing, ids.map(\.uuid)),
                ]
            )
            answer = try reading { () throws(PostgresError) in
                let dispatches = try results[0].markedDispatches()
                let moved = Set(dispatches.map(\.message.id))
                var states: [JobID: JobState] = [:]
                for row in results[1] {
                    states[JobID(try row.decode(UUID.self, 0))] = try row.state(1)
                }
                return JobRequeue(
                    dispatches: dispatches,
                    outcomes: ids.map { id in
                        moved.contains(id) ? .requeued : states[id].map { .refused($0) } ?? .missing
                    }
                )
            }
            let isOnTheMove = answer.outcomes.contains {
                if case .refused(let state) = $0 { state.canBeRequeued } else { false }
            }
            guard isOnTheMove else { break }
        }
        return answer
    }
}

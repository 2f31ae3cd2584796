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
    ///   - targets: The jobs, each once, as they are expected to be.
    ///   - marks: As many marks as there are jobs.
    ///   - reason: Why, for their histories.
    /// - Returns: What is to be published, and what became of each.
    /// - Throws: ``JobStorageError``.
    public func requeue(
        _ targets: [JobTarget],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue {
        let sql = try await ready().requeue
        // No more than there are marks for; the rest is told where it stands.
        let movable = Array(targets.prefix(marks.count)).inJobOrder(\.id)
        let move = PostgresStatement(
            sql.requeue,
            movable.map(\.id.uuid),
            marks.session?.uuid,
            marks.firstSequence,
            reason,
            movable.map { $0.state?.code },
            movable.map { $0.generation.map(Int32.init(clamping:)) }
        )
        let look = PostgresStatement(sql.standing, targets.map(\.id.uuid))
        var answer = JobRequeue(dispatches: [], outcomes: [])
        // A job between two tables escapes the move's snapshot. It can be met there a few times, not for ever; and what
        // was moved is answered for at once.
        for _ in 0..<20 where answer.dispatches.isEmpty {
            let results = try await perform(on: work, [move, look])
            var isOnTheMove = false
            answer = try reading { () throws(PostgresError) in
                let dispatches = try results[0].markedDispatches()
                let moved = Set(dispatches.map(\.message.id))
                let standing = try results[1].standing()
                isOnTheMove = targets.contains { !moved.contains($0.id) && $0.matches(in: standing) }
                return JobRequeue(
                    dispatches: dispatches,
                    outcomes: targets.map { target in
                        if moved.contains(target.id) { return .requeued }
                        return standing[target.id].map { .refused($0.state) } ?? .missing
                    }
                )
            }
            guard isOnTheMove else { break }
        }
        return answer
    }

    /// Gives jobs another time by hand that wait for theirs; one in any other state stays as it is.
    ///
    /// - Parameters:
    ///   - targets: The jobs, each once, as they are expected to be.
    ///   - time: When they are due.
    ///   - reason: Why, for their histories.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    public func reschedule(
        _ targets: [JobTarget],
        to time: DueTime,
        reason: String?
    ) async throws(JobStorageError) -> [RescheduleOutcome] {
        let sql = try await ready().requeue
        var (date, delay): (Date?, Int64?) = (nil, nil)
        switch time {
        case .at(let due): date = due
        case .after(let duration): delay = duration.microseconds
        }
        let move = PostgresStatement(
            sql.reschedule,
            targets.map(\.id.uuid),
            date,
            delay,
            reason,
            targets.map { $0.state?.code },
            targets.map { $0.generation.map(Int32.init(clamping:)) },
            prepared: false
        )
        let look = PostgresStatement(sql.standing, targets.map(\.id.uuid))
        var outcomes: [RescheduleOutcome] = []
        // As for a requeue; a job that was moved by the try before matches again, so only an answer without any is followed.
        for _ in 0..<20 where !outcomes.contains(.rescheduled) {
            let results = try await perform(on: work, [move, look])
            var isOnTheMove = false
            outcomes = try reading { () throws(PostgresError) in
                let moved = try results[0].ids()
                let standing = try results[1].standing()
                isOnTheMove = targets.contains { target in
                    !moved.contains(target.id) && standing[target.id]?.state == .scheduled
                        && target.matches(in: standing)
                }
                return targets.map { target in
                    if moved.contains(target.id) { return .rescheduled }
                    return standing[target.id].map { .refused($0.state) } ?? .missing
                }
            }
            guard isOnTheMove else { break }
        }
        return outcomes
    }
}

extension PostgresResult {
    /// Where jobs stand.
    fileprivate func standing() throws(PostgresError) -> [JobID: (state: JobState, generation: Int)] {
        var standing: [JobID: (state: JobState, generation: Int)] = [:]
        for row in self {
            standing[JobID(try row.decode(UUID.self, 0))] = (try row.state(1), try row.decode(Int.self, 2))
        }
        return standing
    }
}

extension JobTarget {
    /// Whether its job is where it can be moved from, as it is expected to be.
    fileprivate func matches(in standing: [JobID: (state: JobState, generation: Int)]) -> Bool {
        standing[id].map { matches($0.state, generation: $0.generation) } ?? false
    }
}

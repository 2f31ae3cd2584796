import Baton
import Foundation
import PostgresClient
import RabbitMQClient

extension Lab {
    /// Checks what must hold of every Baton when nothing runs any more: legal histories that agree with the rows, and
    /// rows that agree with the queues.
    ///
    /// - Parameter expectations: What the test did to it.
    /// - Throws: ``LabError`` with everything that is wrong.
    package func checkInvariants(_ expectations: LabExpectations = []) async throws {
        let faults =
            try await illegalTransitions() + historyFaults() + restFaults(expectations) + queueFaults(expectations)
            + counterFaults(expectations)
        guard faults.isEmpty else {
            throw LabError("Invariants of \(namespace) are broken:\n" + faults.joined(separator: "\n"))
        }
    }

    // MARK: Histories

    private func illegalTransitions() async throws -> [String] {
        let rows = try await query(
            """
            SELECT before, state, count(*), min(job_id::text) FROM (
                SELECT job_id, state, lag(state) OVER (PARTITION BY job_id ORDER BY seq) AS before FROM @.job_history
            ) AS step GROUP BY 1, 2
            """
        )
        return try rows.compactMap { row in
            let (before, after, count, example) = try row.decode((String?, String, Int, String).self)
            guard let to = JobState(rawValue: after) else { return "unknown state \(after)" }
            let transition = JobTransition(from: before.flatMap(JobState.init(rawValue:)), to: to)
            // Published again at the same generation: a line of the history, but no move.
            let isRepublished = before == "enqueued" && to == .enqueued
            guard !transition.isLegal, !isRepublished else { return nil }
            return "illegal transition \(before ?? "nothing") → \(after), \(count) times, such as in job \(example)"
        }
    }

    /// What no entry `s` of a history of a job `j` may be.
    private static let faults = [
        (
            "the history ends elsewhere than the row stands",
            "is_last AND (s.state, s.run, s.attempt, s.generation) <> (j.state, j.run, j.attempt, j.generation)"
        ),
        ("the runs are not the number of claims (I1)", "is_last AND j.run <> claims"),
        ("the attempts exceed their limit or the runs", "s.attempt > j.max_attempts OR s.attempt > s.run"),
        (
            "a claim does not count one run and one attempt (I1)",
            "s.state = 'processing' AND (runs <> 1 OR attempts <> 1)"
        ),
        (
            "something else than a claim counts a run or an attempt",
            "s.state <> 'processing' AND (runs <> 0 OR attempts > 0)"
        ),
        (
            "the generation grows elsewhere than at a return to the queue",
            "generations <> CASE WHEN s.state = 'enqueued' AND before IS DISTINCT FROM 'enqueued' THEN 1 ELSE 0 END"
        ),
        (
            "a final state is not the last of its generation (I2)",
            "s.state IN ('succeeded', 'deleted') AND next_generation = s.generation"
        ),
        ("an entry is older than the one before it", "is_back"),
    ]

    private func historyFaults() async throws -> [String] {
        let parts = Self.faults.map { fault, condition in
            "SELECT '\(fault)' AS fault, s.id FROM step AS s JOIN job AS j ON j.id = s.id WHERE \(condition)"
        }
        let rows = try await query(
            """
            WITH job AS MATERIALIZED (SELECT * FROM @.jobs), step AS MATERIALIZED (
                SELECT job_id AS id, seq, state, run, attempt, generation, lag(state) OVER w AS before,
                    run - lag(run) OVER w AS runs, attempt - lag(attempt) OVER w AS attempts,
                    generation - coalesce(lag(generation) OVER w, 0) AS generations, at < lag(at) OVER w AS is_back,
                    lead(generation) OVER w AS next_generation, lead(seq) OVER w IS NULL AS is_last,
                    count(*) FILTER (WHERE state = 'processing') OVER (PARTITION BY job_id) AS claims
                FROM @.job_history WINDOW w AS (PARTITION BY job_id ORDER BY seq)
            ), broken AS (
                \(parts.joined(separator: "\nUNION ALL\n"))
                UNION ALL
                SELECT 'the job is in two rows', id FROM job GROUP BY id HAVING count(*) > 1
                UNION ALL
                SELECT 'there is no history', id FROM job WHERE NOT EXISTS (SELECT FROM step WHERE step.id = job.id)
            )
            SELECT fault, count(*), (
                SELECT string_agg(format('%s(run %s, attempt %s, generation %s)', state, run, attempt, generation), ' '
                    ORDER BY seq)
                FROM step WHERE step.id = (min(broken.id::text)::uuid)
            ), min(broken.id::text)
            FROM broken GROUP BY fault
            """
        )
        return try rows.map { row in
            let (fault, count, path, id) = try row.decode((String, Int, String?, String).self)
            return "\(fault), \(count) times, such as in job \(id): \(path ?? "")"
        }
    }

    // MARK: What is left

    private func restFaults(_ expectations: LabExpectations) async throws -> [String] {
        var faults: [String] = []
        let processing = try await count(.processing)
        if processing > 0 {
            faults.append("\(processing) jobs are processing although no server runs")
        }
        if !expectations.contains(.leftovers) {
            let unfinished = try await count(.enqueued)
            if unfinished > 0 {
                faults.append("\(unfinished) jobs are still enqueued: \(try await states())")
            }
        }
        if !expectations.contains(.repairs) {
            let servers = try await value(Int.self, "SELECT count(*) FROM @.servers")
            if servers > 0 {
                faults.append("\(servers) servers are still on the list")
            }
        }
        return faults
    }

    /// Every enqueued job has its message (I7), and no other has one (I3).
    private func queueFaults(_ expectations: LabExpectations) async throws -> [String] {
        var faults: [String] = []
        for queue in queues {
            let rows = try await query(
                "SELECT id, generation::bigint FROM @.jobs WHERE queue = $1 AND state = 'enqueued'",
                queue
            )
            let enqueued = Set(
                try rows.map { row in
                    let (id, generation) = try row.decode((UUID, Int).self)
                    return LabWakeUp(id: JobID(id), generation: generation)
                }
            )
            var wakeUps = try await takeWakeUps(from: queue)
            // What a server held comes back once the broker has noticed that it is gone.
            let deadline = ContinuousClock.now + .seconds(300)
            while !enqueued.isSubset(of: wakeUps.keys), ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(100))
                wakeUps.merge(try await takeWakeUps(from: queue)) { $0 + $1 }
            }
            let missing = enqueued.subtracting(wakeUps.keys)
            if let example = missing.first {
                faults.append(
                    "queue \(queue) has no wake-up for \(missing.count) enqueued jobs, such as \(example) (I7)"
                )
            }
            let others = wakeUps.filter { !enqueued.contains($0.key) || $0.value > 1 }
            // After a repair there may be a copy that no server has seen, or that one gave back when it stopped.
            if let example = others.first, expectations.isDisjoint(with: [.leftovers, .repairs]) {
                faults.append(
                    """
                    queue \(queue) has wake-ups of \(others.count) jobs that are not enqueued, or several of one, such as \
                    \(example.value) of \(example.key) (I3)
                    """
                )
            }
        }
        return faults
    }

    /// Without failures nothing is repaired (I6), nothing fenced, nothing parked.
    private func counterFaults(_ expectations: LabExpectations) async throws -> [String] {
        var unexpected: [JobCounter] = []
        if !expectations.contains(.repairs) {
            unexpected += [
                .repairedUnpublished, .repairedOrphans, .repairedUnheld, .certifiedServers,
            ]
        }
        if !expectations.contains(.fencedCompletions) {
            unexpected.append(.fencedCompletions)
        }
        // A run whose end will be refused may be noticed by the heartbeat first.
        if expectations.isDisjoint(with: [.fencedCompletions, .repairs]) {
            unexpected.append(.cancelledLostRuns)
        }
        if !expectations.contains(.parkedMessages) {
            unexpected.append(.parkedMessages)
        }
        var faults: [String] = []
        for counter in unexpected {
            let value = try await value(of: counter)
            if value > 0 {
                faults.append("\(counter) counted \(value) times in a test without such a fault (I6)")
            }
        }
        return faults
    }
}

package import Baton
import Foundation
import PostgresClient

/// One run of a job, as the history tells it.
package struct LabRun: Hashable, Sendable {
    /// The job.
    package let id: JobID
    /// The generation that was claimed.
    package let generation: Int
    /// Which of the job's runs it was, from 1.
    package let run: Int

    /// Names a run.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - generation: The generation that was claimed.
    ///   - run: Which of the job's runs it was, from 1.
    package init(id: JobID, generation: Int, run: Int) {
        self.id = id
        self.generation = generation
        self.run = run
    }
}

extension Lab {
    /// The runs that reached a state, and how often each did.
    ///
    /// - Parameters:
    ///   - state: The state.
    ///   - queue: The queue whose jobs are meant; all by default.
    /// - Returns: How often each run reached it.
    /// - Throws: `PostgresError`.
    package func runs(that state: JobState, in queue: String? = nil) async throws -> [LabRun: Int] {
        let rows = try await query(
            """
            SELECT h.job_id, h.generation::bigint, h.run::bigint, count(*)
            FROM @.job_history AS h JOIN @.jobs AS j ON j.id = h.job_id
            WHERE h.state = $1 AND ($2 IS NULL OR j.queue = $2) GROUP BY 1, 2, 3
            """,
            state.rawValue,
            queue
        )
        var runs: [LabRun: Int] = [:]
        for row in rows {
            let (id, generation, run, count) = try row.decode((UUID, Int, Int, Int).self)
            runs[LabRun(id: JobID(id), generation: generation, run: run)] = count
        }
        return runs
    }

    /// Checks that some jobs have begun and succeeded in one run each, and no others.
    ///
    /// By their ids: in counts, a job that ran twice would make up for one that was lost.
    ///
    /// - Parameters:
    ///   - ids: The jobs.
    ///   - queue: The queue whose jobs they all are; they are all there are by default.
    /// - Throws: ``LabError`` with the jobs of which it is not so.
    package func checkEachRanOnce(_ ids: some Sequence<JobID>, in queue: String? = nil) async throws {
        let wanted = ids.map { LabRun(id: $0, generation: 1, run: 1) }
        for state in [JobState.processing, .succeeded] {
            try Self.compare(try await runs(that: state, in: queue), with: wanted, state)
        }
    }

    /// Checks that some jobs have succeeded once each, in whichever run, and no others.
    ///
    /// - Parameters:
    ///   - ids: The jobs.
    ///   - queue: The queue whose jobs they all are; they are all there are by default.
    /// - Throws: ``LabError`` with the jobs of which it is not so.
    package func checkEachSucceededOnce(_ ids: some Sequence<JobID>, in queue: String? = nil) async throws {
        let runs = try await runs(that: .succeeded, in: queue)
        var counts: [JobID: Int] = [:]
        for (run, count) in runs { counts[run.id, default: 0] += count }
        try Self.compare(counts, with: ids, .succeeded)
    }

    /// Requires each of some things to have been found once, and nothing else.
    private static func compare<Thing: Hashable>(
        _ found: [Thing: Int],
        with wanted: some Sequence<Thing>,
        _ state: JobState
    ) throws {
        let wanted = Set(wanted)
        let others = found.filter { !wanted.contains($0.key) || $0.value != 1 }
        let faults =
            wanted.subtracting(found.keys).map { "\($0) is missing" } + others.map { "\($0.key): \($0.value) times" }
        guard !faults.isEmpty else { return }
        let examples = faults.sorted().prefix(5).joined(separator: "\n")
        throw LabError("Not each of \(wanted.count) jobs is \(state) once, as it should be:\n\(examples)")
    }
}

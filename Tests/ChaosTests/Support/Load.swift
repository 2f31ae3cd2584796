import Baton
import EndToEndSupport
import PostgresClient

/// Enqueues jobs from several tasks for as long as something else takes, so that it meets every stage of a job's life.
struct Load: Sendable {
    let lab: Lab
    let tally = Tally()
    let answers = EnqueueAnswers()

    init(_ lab: Lab) {
        self.lab = lab
    }

    /// Enqueues.
    ///
    /// - Parameter faults: What happens meanwhile.
    /// - Throws: What the faults throw.
    func run(during faults: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { answers.close() }
                try await faults()
            }
            for lane in 0..<4 {
                group.addTask {
                    var number = lane * 1_000_000
                    while !answers.isClosed {
                        let call = TallyJobs.$tally(number: number, milliseconds: 20)
                        await answers.note(number) { try await lab.jobs.enqueue(call).id }
                        number += 1
                        try await Task.sleep(for: .milliseconds(40))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Waits until jobs run, some of them for the first time.
    ///
    /// - Parameter count: How many of those.
    /// - Throws: `LabError` when they do not.
    func goesOn(_ count: Int = 100) async throws {
        let done = tally.all.count
        try await eventually("work goes on") { tally.all.count > done + count }
    }

    /// Waits until more jobs are stored, whether they run or not.
    ///
    /// - Parameter count: How many more.
    /// - Throws: `LabError` when they are not.
    func storesMore(_ count: Int = 100) async throws {
        let stored = answers.stored.count
        try await eventually("jobs are stored") { answers.stored.count > stored + count }
    }

    /// What of the jobs is in the database, how often, by their numbers.
    ///
    /// - Returns: The counts.
    /// - Throws: `PostgresError`.
    func storedCounts() async throws -> [Int: Int] {
        let rows = try await lab.query(
            """
            SELECT (arguments ->> 'number')::bigint, count(*) FROM @.jobs WHERE type = 'chaos.tally' GROUP BY 1
            """
        )
        return try Dictionary(uniqueKeysWithValues: rows.map { try $0.decode((Int, Int).self) })
    }
}

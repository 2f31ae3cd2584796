import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("Failures and retries", .timeLimit(.minutes(15)))
struct RetryTests {
    let board = Board()

    @Test("A failing job is tried again until its attempts are used up, and every error is kept")
    func exhausted() async throws {
        try await withBaton { lab in
            var configuration = JobServerConfiguration()
            configuration.retryPolicy = RetryPolicy { failure, _ in .milliseconds(30 * failure) }
            try await lab.withServer(configuration: configuration) {
                TestJobs(board: board)
            } while: { _ in
                let options = JobOptions(maximumAttempts: 3)
                let doomed = try await lab.jobs.enqueue(TestJobs.$fail(times: 5), options: options)
                let saved = try await lab.jobs.enqueue(TestJobs.$fail(times: 2), options: options)

                let failed = try await lab.wait(for: doomed.id, .failed)
                #expect((failed.generation, failed.run, failed.attempt) == (3, 3, 3))
                #expect(failed.failure?.type == "TestJobError")
                #expect(failed.failure?.message == "attempt 3 fails on purpose")
                let history = try await doomed.history()
                let states: [JobState] = [
                    .enqueued, .processing, .scheduled, .enqueued, .processing, .scheduled, .enqueued, .processing,
                    .failed,
                ]
                #expect(history.map(\.state) == states)
                let errors = try history.compactMap { try $0.decodedData().errorMessage }
                #expect(errors == (1...3).map { "attempt \($0) fails on purpose" })
                #expect(history[2].reason?.hasPrefix("Retry attempt 1 of 2") == true)

                let succeeded = try await lab.wait(for: saved.id, .succeeded)
                #expect(succeeded.attempt == 3)
                #expect(succeeded.failure == nil)
                #expect(try await saved.result() == 3)
            }
            #expect(try await lab.count(.failed) == 1)
        }
    }

    @Test("By default a job waits as long as Hangfire's formula says, by the database's clock")
    func hangfire() async throws {
        // It ends while they wait, some of them perhaps in their queue again.
        try await withBaton(expecting: .leftovers) { lab in
            var configuration = JobServerConfiguration()
            configuration.schedulePollInterval = .milliseconds(200)
            try await lab.withServer(configuration: configuration) {
                TestJobs(board: board)
            } while: { _ in
                let jobs = try await lab.jobs.enqueue(contentsOf: (0..<20).map { _ in TestJobs.$fail(times: 9) })
                for failure in 1...3 {
                    // In the history, for on a slow machine the first is due again before the last has failed.
                    var rows: [(delay: Double, attempts: Int)] = []
                    try await eventually("all jobs have failed \(failure) times") {
                        rows = try await lab.query(
                            """
                            SELECT extract(epoch FROM (h.data ->> 'scheduled_at')::timestamptz - h.at)::float8,
                                j.max_attempts::bigint
                            FROM @.job_history AS h JOIN @.jobs AS j ON j.id = h.job_id
                            WHERE h.state = 'scheduled' AND h.attempt = $1
                            """,
                            failure
                        ).map { try $0.decode((Double, Int).self) }
                        return rows.count == jobs.count
                    }
                    let base = Double((failure - 1) * (failure - 1) * (failure - 1) * (failure - 1) + 15)
                    var delays: Set<Double> = []
                    for (delay, attempts) in rows {
                        #expect(attempts == 10)
                        #expect((base...(base + 29 * Double(failure))).contains(delay))
                        delays.insert(delay)
                    }
                    #expect(delays.count > 1, "twenty random delays are not all the same")
                    try await lab.query("UPDATE @.scheduled_job SET run_at = now() WHERE attempt = $1", failure)
                }
            }
        }
    }

    @Test("Arguments that do not fit the function fail the job at once, with the reason")
    func undecodable() async throws {
        try await withBaton { lab in
            let handle = try await lab.jobs.enqueue(TestJobs.$echo("good"))
            let harmless = try await lab.jobs.enqueue(TestJobs.$echo("good too"))
            try await lab.query(#"UPDATE @.active_job SET arguments = '{"text": [5]}' WHERE id = $1"#, handle.id.uuid)
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                let job = try await lab.wait(for: handle.id, .failed)
                #expect((job.run, job.attempt, job.maximumAttempts) == (1, 1, 10))
                #expect(job.failure?.type == "JobError")
                #expect(job.failure?.message.contains("text") == true)
                #expect(job.failure?.message.contains("test.echo") == true)
                #expect(try await lab.path(of: handle.id) == "enqueued processing failed")
                try await lab.wait(for: harmless.id, .succeeded)
            }
            #expect(board.counted("echo") == 1)
        }
    }

    @Test("A job of a name that a server does not know waits, without an attempt spent, for one that does")
    func unknownName() async throws {
        try await withBaton { lab in
            var configuration = JobServerConfiguration()
            configuration.unknownJobDelay = .milliseconds(100)
            configuration.schedulePollInterval = .milliseconds(100)
            let handle = try await lab.withServer(configuration: configuration) {
                Multiply.self
            } while: { _ in
                let handle = try await lab.jobs.enqueue(TestJobs.$echo("later"))
                let known = try await lab.jobs.enqueue(Multiply(left: 2, right: 2))
                try await lab.wait(for: known.id, .succeeded)
                try await eventually("the job was put off twice") {
                    try await handle.history().count { $0.state == .scheduled } >= 2
                }
                return handle
            }
            let waiting = try #require(try await handle.status())
            #expect((waiting.run, waiting.attempt) == (0, 0))
            let reason = try await handle.history().compactMap(\.reason).first
            #expect(reason?.contains("does not know") == true)

            try await lab.withServer(configuration: configuration) {
                TestJobs(board: board)
            } while: { _ in
                let job = try await lab.wait(for: handle.id, .succeeded)
                #expect((job.run, job.attempt) == (1, 1))
                #expect(try await handle.result() == "later")
            }
        }
    }

    @Test("A job that takes longer than its timeout is cancelled and has failed that attempt")
    func timeout() async throws {
        try await withBaton { lab in
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                let handle = try await lab.jobs.enqueue(
                    TestJobs.$hold("slow"),
                    options: JobOptions(maximumAttempts: 1, timeout: .milliseconds(100))
                )
                let job = try await lab.wait(for: handle.id, .failed)
                #expect(job.failure?.type == "JobTimeoutError")
                try await board.arrival(of: "slow cancelled").wait()
            }
        }
    }
}

import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("What jobs decide: policies, snoozes, discards, progress", .timeLimit(.minutes(15)))
struct DecisionTests {
    let board = Board()

    private func withServer(
        expecting expectations: LabExpectations = [],
        _ body: @escaping @Sendable (Lab) async throws -> Void
    ) async throws {
        let board = board
        try await withBaton(expecting: expectations) { lab in
            var configuration = JobServerConfiguration()
            configuration.concurrency = 2
            configuration.cancellationTimeout = .milliseconds(100)
            configuration.heartbeatInterval = .milliseconds(200)
            try await lab.withServer(configuration: configuration) {
                TestJobs(board: board)
            } while: { _ in
                try await body(lab)
            }
        }
    }

    @Test("A job's own policy deletes it when its attempts are used up, and every error is kept")
    func ownPolicy() async throws {
        try await withServer { lab in
            let handle = try await lab.jobs.enqueue(TestJobs.$beDeleted())
            let job = try await lab.wait(for: handle.id, .deleted)
            #expect((job.run, job.attempt) == (2, 2))
            #expect(job.failure?.message == "attempt 2 fails on purpose")
            let path = "enqueued processing scheduled enqueued processing deleted"
            #expect(try await lab.path(of: handle.id) == path)
            let history = try await handle.history()
            let errors = try history.compactMap { try $0.decodedData().errorMessage }
            #expect(errors == (1...2).map { "attempt \($0) fails on purpose" })
            #expect(history.last?.reason == "Attempts used up: attempt 2 fails on purpose")

            let hopeless = try await lab.jobs.enqueue(TestJobs.$beHopeless())
            let failed = try await lab.wait(for: hopeless.id, .failed)
            #expect((failed.attempt, failed.maximumAttempts) == (1, 10))
        }
    }

    @Test("What an enqueue says of retries travels with the job, alone, in bulk and delayed")
    func enqueuedPolicy() async throws {
        try await withServer { lab in
            let options = JobOptions(
                maximumAttempts: 3,
                retry: RetryOptions(delays: .fixed([.milliseconds(10), .seconds(1000)]))
            )
            let alone = try await lab.jobs.enqueue(TestJobs.$fail(times: 9), options: options)
            let bulk = try await lab.jobs.enqueue(
                contentsOf: (0..<3).map { _ in TestJobs.$fail(times: 9) },
                options: options
            )
            let parts = try await lab.jobs.enqueue(
                contentsOf: (0..<130).map { _ in TestJobs.$fail(times: 9) },
                options: options
            )
            let later = try await lab.jobs.schedule(TestJobs.$fail(times: 9), in: .zero, options: options)
            try await eventually("all have failed twice") {
                try await lab.value(Bool.self, "SELECT bool_and(attempt = 2 AND state = 'scheduled') FROM @.jobs")
            }
            for handle in [alone, later] + bulk + parts.suffix(2) {
                let job = try #require(try await handle.status())
                let wait = try #require(job.scheduledAt).timeIntervalSince(job.stateAt)
                #expect(abs(wait - 1000) < 0.001)
            }
            let said = try await lab.value(
                String.self,
                "SELECT data ->> 'retry' FROM @.job_history WHERE job_id = $1 AND seq = 1",
                alone.id.uuid
            )
            #expect(said == #"{"delays": {"kind": "fixed", "seconds": [0.01, 1000]}}"#)
        }
    }

    @Test("A job that snoozes runs again after its while, by the database's clock, and spends no attempt")
    func snooze() async throws {
        try await withServer { lab in
            let handle = try await lab.jobs.enqueue(TestJobs.$snooze(rounds: 2, milliseconds: 50))
            let job = try await lab.wait(for: handle.id, .succeeded)
            #expect((job.run, job.attempt, job.maximumAttempts) == (3, 1, 1))
            #expect(try await handle.result() == "attempt 1 in run 3")
            let reasons = try await handle.history().compactMap(\.reason)
            #expect(reasons == ["Snoozed: round 1", "Snoozed: round 2"])

            let long = try await lab.jobs.enqueue(TestJobs.$snooze(rounds: 9, milliseconds: 600_000))
            let waiting = try await lab.wait(for: long.id, .scheduled)
            #expect((waiting.run, waiting.attempt) == (1, 0))
            let wait = try #require(waiting.scheduledAt).timeIntervalSince(waiting.stateAt)
            #expect(abs(wait - 600) < 0.001)
        }
    }

    @Test("A job that is discarded is deleted with its reason, whatever the reason holds")
    func discard() async throws {
        try await withServer { lab in
            let reason = "left “for good” \(String(repeating: "é", count: 5_000))"
            let handle = try await lab.jobs.enqueue(TestJobs.$discard(reason: "left"))
            let other = try await lab.jobs.enqueue(TestJobs.$discard(reason: reason))
            try await lab.wait(for: handle.id, .deleted)
            try await lab.wait(for: other.id, .deleted)
            #expect(try await lab.path(of: handle.id) == "enqueued processing deleted")
            #expect(try await handle.history().last?.reason == "Discarded: left")
            let kept = try #require(try await other.history().last?.reason)
            #expect(kept.hasPrefix("Discarded: left “for good” é") && kept.utf8.count <= 500)
            #expect(try await lab.count(.deleted) == 2)
        }
    }

    @Test("Progress shows while the job runs, and stays with the run that said it")
    func progress() async throws {
        let board = board
        try await withServer { lab in
            let handle = try await lab.jobs.enqueue(TestJobs.$advance())
            try await eventually("progress shows") {
                try await handle.status()?.progress == JobProgress(0.25, "a “quarter”")
            }
            #expect(try await handle.status()?.state == .processing)
            board.release(of: "advance").open()
            try await lab.wait(for: handle.id, .succeeded)
            #expect(try await handle.status()?.progress == JobProgress(1))
            let kept = try await lab.value(
                Double.self,
                "SELECT (data ->> 'progress')::float8 FROM @.job_history WHERE job_id = $1 AND state = 'processing'",
                handle.id.uuid
            )
            #expect(kept == 1)
            #expect(try await lab.path(of: handle.id) == "enqueued processing succeeded")
        }
    }

    @Test("A job that ignores its deletion is reported and fenced, and keeps its thread until it returns")
    func unheeded() async throws {
        let board = board
        try await withServer(expecting: .fencedCompletions) { lab in
            let stubborn = try await lab.jobs.enqueue(TestJobs.$beStubborn())
            try await board.arrival(of: "stubborn").wait()
            let held = try await lab.jobs.enqueue(TestJobs.$hold("beside"))
            try await board.arrival(of: "beside").wait()
            #expect(try await lab.jobs.delete(stubborn.id))
            try await eventually("it is reported") { try await lab.value(of: .unheededCancellations) == 1 }
            let next = try await lab.jobs.enqueue(TestJobs.$echo("next"))
            // Both threads are kept: one by a job that is deleted, one by a job that runs.
            board.release(of: "beside").open()
            try await lab.wait(for: held.id, .succeeded)
            try await lab.wait(for: next.id, .succeeded)
            #expect(try await stubborn.status()?.state == .deleted)
            board.release(of: "stubborn").open()
            try await eventually("its end is fenced") { try await lab.value(of: .fencedCompletions) == 1 }
            #expect(try await lab.path(of: stubborn.id) == "enqueued processing deleted")
            #expect(try await lab.value(of: .unheededCancellations) == 1)
        }
    }
}

import Baton
import BatonTesting
import Foundation
import Testing

@Suite("Kit: draining queues")
struct DrainingTests {
    private let notebook = Notebook()

    private func kit(
        _ body: @escaping @Sendable (String, JobContext, JobClient) async throws -> Void = { _, _, _ in }
    ) throws -> JobTestKit {
        try JobTestKit(retryPolicy: RetryPolicy { failure, _ in .seconds(failure * 60) }) { [notebook] jobs in
            Script { text, context in
                notebook.write("\(text) \(context.attempt)")
                try await body(text, context, jobs)
                return text
            }
            Greet.self
        }
    }

    @Test("What is enqueued runs in order, and so does what it enqueues in turn")
    func runsAll() async throws {
        let kit = try kit { text, _, jobs in
            if text.count < 3 { try await jobs.enqueue(Script.Call(text: text + "'")) }
        }
        let jobs = try await kit.jobs.enqueue(contentsOf: ["a", "b"].map { Script.Call(text: $0) })
        try await kit.jobs.enqueue(Script.Call(text: "c"))
        let summary = try await kit.drain()
        #expect(notebook.lines == ["a 1", "b 1", "c 1", "a' 1", "b' 1", "c' 1", "a'' 1", "b'' 1", "c'' 1"])
        #expect((summary.succeeded, summary.retried, summary.failed, summary.deleted) == (9, 0, 0, 0))
        #expect(summary.errors.isEmpty)
        #expect(kit.enqueuedJobs.isEmpty)
        #expect(try await jobs[1].result() == "b")
        #expect(try await jobs[0].history().map(\.state) == [.enqueued, .processing, .succeeded])
        #expect(try await kit.drain().runs.isEmpty)
    }

    @Test("A failed job waits for its next attempt, which runs once it is due")
    func retries() async throws {
        let kit = try kit { _, context, _ in
            if context.attempt < 3 { throw Misfortune() }
        }
        let job = try await kit.jobs.enqueue(Script.Call(text: "a"))
        let first = try await kit.drain()
        #expect((first.succeeded, first.retried) == (0, 1))
        #expect(first.errors.first is Misfortune)
        try kit.assertEnqueued(Script.Call(text: "a"), in: .seconds(60))
        kit.clock.advance(by: .seconds(59))
        #expect(try await kit.drain().runs.isEmpty)
        kit.clock.advance(by: .seconds(1))
        #expect(try await kit.drain().retried == 1)
        kit.clock.advance(by: .seconds(120))
        #expect(try await kit.drain().succeeded == 1)
        #expect(notebook.lines == ["a 1", "a 2", "a 3"])
        let states = try await job.history().map(\.state)
        #expect(states.filter { $0 == .scheduled }.count == 2)
        #expect(states.last == .succeeded)
    }

    @Test("The summary tells of what failed for good")
    func failures() async throws {
        let kit = try kit { text, _, _ in
            if text == "bad" { throw Misfortune() }
        }
        let options = JobOptions(maximumAttempts: 1)
        let bad = try await kit.jobs.enqueue(Script.Call(text: "bad"), options: options)
        try await kit.jobs.enqueue(Script.Call(text: "good"))
        let summary = try await kit.drain()
        #expect((summary.succeeded, summary.retried, summary.failed) == (1, 0, 1))
        #expect(summary.runs.map(\.nextState) == [.failed, .succeeded])
        #expect(
            summary.description == """
                1 succeeded, 0 to be retried, 1 failed, 0 deleted
                    script {"text":"bad"}, attempt 1 of 1: failed after Misfortune: bad luck
                """
        )
        let job = try await bad.status()
        #expect(job?.state == .failed)
        #expect(job?.failure?.message == "bad luck")
    }

    @Test("A job that is deleted while it runs stays deleted")
    func deletion() async throws {
        let kit = try kit { _, context, jobs in
            try await jobs.delete(context.id)
        }
        let job = try await kit.jobs.enqueue(Script.Call(text: "a"))
        let summary = try await kit.drain()
        #expect((summary.succeeded, summary.deleted) == (0, 1))
        #expect(try await job.status()?.state == .deleted)
    }

    @Test("A job that an earlier one deletes does not run")
    func deletionBefore() async throws {
        let id = JobID(UUID())
        let kit = try kit { _, _, jobs in try await jobs.delete(id) }
        try await kit.jobs.enqueue(Script.Call(text: "a"))
        try await kit.jobs.enqueue(Script.Call(text: "b"), id: id)
        #expect(try await kit.drain().succeeded == 1)
        #expect(notebook.lines == ["a 1"])
    }

    @Test("Only the named queues are drained")
    func queues() async throws {
        let kit = try kit()
        try await kit.jobs.enqueue(Script.Call(text: "a"))
        try await kit.jobs.enqueue(Script.Call(text: "b"), options: JobOptions(queue: "night"))
        try await kit.jobs.schedule(Script.Call(text: "c"), in: .seconds(60), options: JobOptions(queue: "day"))
        #expect(try await kit.drain(queues: ["night", "empty"], withScheduled: true).succeeded == 1)
        #expect(notebook.lines == ["b 1"])
        try kit.assertEnqueued(Script.Call(text: "a"), queue: "default")
        try kit.assertEnqueued(Script.Call(text: "c"), in: .seconds(60))
    }

    @Test("Scheduled jobs run with the clock at their time, in their order")
    func scheduled() async throws {
        let clock = TestClock()
        let notebook = notebook
        let kit = try JobTestKit(clock: clock) { jobs in
            Script { text, _ in
                notebook.write("\(text) \(clock.now.offset)")
                if text == "b" { try await jobs.schedule(Script.Call(text: "c"), in: .seconds(50)) }
                return text
            }
        }
        try await kit.jobs.schedule(Script.Call(text: "a"), in: .seconds(100.25))
        try await kit.jobs.schedule(Script.Call(text: "b"), in: .seconds(60))
        try await kit.jobs.enqueue(Script.Call(text: "now"))
        #expect(try await kit.drain().succeeded == 1)
        #expect(try await kit.drain(withScheduled: true).succeeded == 3)
        #expect(notebook.lines == ["now 0.0 seconds", "b 60.0 seconds", "a 100.25 seconds", "c 110.0 seconds"])
    }

    @Test("What becomes due while a drain runs is run by it")
    func dueMeanwhile() async throws {
        let clock = TestClock()
        let notebook = notebook
        let kit = try JobTestKit(clock: clock) { jobs in
            Script { text, _ in
                notebook.write(text)
                if text == "a" {
                    try await jobs.schedule(Script.Call(text: "at once"), in: .zero)
                    clock.advance(by: .seconds(60))
                }
                return text
            }
        }
        try await kit.jobs.schedule(Script.Call(text: "later"), in: .seconds(60))
        try await kit.jobs.schedule(Script.Call(text: "too late"), in: .seconds(61))
        try await kit.jobs.enqueue(Script.Call(text: "a"))
        #expect(try await kit.drain().succeeded == 3)
        #expect(Set(notebook.lines) == ["a", "at once", "later"])
    }

    @Test("With what is scheduled, a failing job uses all of its attempts up")
    func scheduledRetries() async throws {
        let kit = try kit { _, _, _ in throw Misfortune() }
        try await kit.jobs.enqueue(Script.Call(text: "a"), options: JobOptions(maximumAttempts: 3))
        let summary = try await kit.drain(withScheduled: true)
        #expect((summary.retried, summary.failed) == (2, 1))
        #expect(kit.clock.now.offset == .seconds(60 + 120))
    }

    @Test("Jobs that enqueue themselves meet the limit, and the error names them")
    func limit() async throws {
        let kit = try kit { text, _, jobs in
            try await jobs.enqueue(Script.Call(text: text))
        }
        try await kit.jobs.enqueue(Script.Call(text: "again"))
        try await kit.jobs.enqueue(Greet(address: "ada"), options: JobOptions(queue: "default"))
        let error = try await #require(throws: JobTestKitError.self) { try await kit.drain(limit: 20) }
        #expect(error.code == .limitReached)
        #expect(error.message.contains("Ran: “script” 19×, “kit.greet” 1×."))
        #expect(error.summary?.runs.count == 20)
        #expect(notebook.lines.count == 19)
    }

    @Test("A drain may run exactly as many jobs as its limit")
    func limitIsEnough() async throws {
        let kit = try kit()
        try await kit.jobs.enqueue(contentsOf: (0..<20).map { Script.Call(text: "\($0)") })
        #expect(try await kit.drain(limit: 20).succeeded == 20)
    }

    @Test("A job the kit does not know is left in its queue and is an error, after all others have run")
    func unknownJob() async throws {
        let kit = try kit()
        try await kit.jobs.enqueue(Halve(number: 1))
        try await kit.jobs.enqueue(Script.Call(text: "a"))
        let error = try await #require(throws: JobTestKitError.self) { try await kit.drain() }
        #expect(error.code == .unknownJob)
        #expect(error.message.contains(#"kit.halve {"number":1} in “default”"#))
        #expect(error.summary?.succeeded == 1)
        try kit.assertEnqueued(Halve(number: 1))
        #expect(try await kit.drain(queues: ["mail"]).runs.isEmpty)
    }

    @Test("Nor is a scheduled job passed over that the kit does not know, where scheduled jobs are drained")
    func unknownScheduledJob() async throws {
        let kit = try kit()
        try await kit.jobs.schedule(Halve(number: 1), in: .seconds(60))
        #expect(try await kit.drain().runs.isEmpty)
        let error = try await #require(throws: JobTestKitError.self) { try await kit.drain(withScheduled: true) }
        #expect(error.code == .unknownJob)
        #expect(error.message.contains("kit.halve"))
    }

    @Test("A drain that is cancelled puts its job back, with the attempt")
    func cancellation() async throws {
        let (started, starting) = AsyncStream<Void>.makeStream()
        let kit = try kit { _, _, _ in
            starting.finish()
            try await Task.sleep(for: .seconds(3_600))
        }
        let job = try await kit.jobs.enqueue(Script.Call(text: "a"))
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await kit.drain() }
            for await _ in started {}
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        let status = try await job.status()
        #expect(status?.state == .scheduled)
        #expect(status?.attempt == 0)
    }

    @Test("Drains side by side run each job once")
    func sideBySide() async throws {
        let kit = try kit { _, _, _ in await Task.yield() }
        try await kit.jobs.enqueue(contentsOf: (0..<50).map { Script.Call(text: "\($0)") })
        async let one = kit.drain()
        async let other = kit.drain()
        let succeeded = try await (one.succeeded, other.succeeded)
        #expect(succeeded.0 + succeeded.1 == 50)
        #expect(Set(notebook.lines).count == 50)
        #expect(notebook.lines.count == 50)
    }

    @Test("What jobs log is kept with their runs")
    func logLines() async throws {
        let kit = try kit()
        try await kit.jobs.enqueue(Greet(address: "ada"))
        try await kit.jobs.enqueue(Greet(address: "bob"))
        let summary = try await kit.drain()
        #expect(summary.runs.map { $0.logLines.map { $0.metadata["address"] } } == [["ada"], ["bob"]])
    }
}

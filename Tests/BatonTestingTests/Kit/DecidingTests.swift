import Baton
import BatonTesting
import Foundation
import Testing

@Suite("Kit: retries, snoozes, discards, progress")
struct DecidingTests {
    /// Fails as it is told to, with a policy of its own.
    private struct Picky: Job {
        static let name = "kit.picky"
        static let options = JobOptions(maximumAttempts: 3)
        static let retry: RetryPolicy? = .fixed([.seconds(5), .seconds(7)]).except(on: Hopeless.self)
            .whenExhausted(.delete)

        var isHopeless = false

        func run(in context: JobContext) async throws {
            if isHopeless { throw Hopeless() }
            throw Misfortune()
        }
    }

    private struct Hopeless: Error {}

    private func kit(
        _ body: @escaping @Sendable (String, JobContext) async throws -> String = { text, _ in text }
    ) throws -> JobTestKit {
        try JobTestKit {
            Script(body)
            Picky.self
        }
    }

    @Test("A job's own policy comes before the kit's, and an enqueue before both")
    func precedence() async throws {
        let kit = try kit()
        #expect(try await kit.perform(Picky()).retryDelay == .seconds(5))
        #expect(try await kit.perform(Picky(), attempt: 2).retryDelay == .seconds(7))
        let options = JobOptions(retry: RetryOptions(delays: .fixed([.seconds(60)])))
        #expect(try await kit.perform(Picky(), options: options).retryDelay == .seconds(60))
        let used = try await kit.perform(Picky(), attempt: 3, options: options)
        #expect(used.nextState == .deleted, "what the enqueue does not say is the policy's")
        let kept = JobOptions(retry: RetryOptions(whenExhausted: .fail))
        #expect(try await kit.perform(Picky(), attempt: 3, options: kept).nextState == .failed)
    }

    @Test("An error that is not retried fails the job at its first attempt, whatever is done with what is used up")
    func excepted() async throws {
        let performed = try await kit().perform(Picky(isHopeless: true))
        #expect(performed.nextState == .failed)
        #expect(performed.failure?.type == "Hopeless")
        #expect(performed.retryDelay == nil)
    }

    @Test("A drain takes a job to its end by the policy, and every error is kept")
    func drained() async throws {
        let kit = try kit()
        let job = try await kit.jobs.enqueue(Picky())
        let begin = kit.clock.date
        let summary = try await kit.drain(withScheduled: true)
        #expect((summary.retried, summary.deleted, summary.failed) == (2, 1, 0))
        #expect(abs(kit.clock.date.timeIntervalSince(begin) - 12) < 0.001)
        let status = try #require(try await job.status())
        #expect(status.state == .deleted && status.failure?.message == "bad luck")
        let history = try await job.history()
        #expect(history.last?.reason == "Attempts used up: bad luck")
        #expect(history.count { $0.data?.text.contains("bad luck") ?? false } == 3)
    }

    @Test("A snooze is told with its time, and spends no attempt")
    func snooze() async throws {
        let kit = try kit { text, context in
            if context.run < 3 { throw JobSnooze(for: .seconds(600), reason: "closed") }
            return "\(context.attempt)"
        }
        let performed = try await kit.perform(Script.Call(text: ""))
        #expect(performed.nextState == .scheduled)
        #expect(performed.retryDelay == .seconds(600))
        #expect(performed.reason == "Snoozed: closed")
        #expect(performed.failure == nil)
        #expect(performed.error is JobSnooze)

        let job = try await kit.jobs.enqueue(Script.Call(text: ""), options: JobOptions(maximumAttempts: 1))
        let summary = try await kit.drain(withScheduled: true)
        #expect((summary.snoozed, summary.retried, summary.succeeded) == (2, 0, 1))
        #expect(summary.description.contains("2 snoozed"))
        #expect(try await job.result() == "1")
        #expect(try await job.status()?.run == 3)
    }

    @Test("A discard is told with its reason")
    func discard() async throws {
        let kit = try kit { _, _ in throw JobDiscard(reason: "the user has left") }
        let performed = try await kit.perform(Script.Call(text: ""))
        #expect(performed.nextState == .deleted)
        #expect(performed.reason == "Discarded: the user has left")
        #expect(performed.retryDelay == nil)
        let job = try await kit.jobs.enqueue(Script.Call(text: ""))
        #expect(try await kit.drain().deleted == 1)
        #expect(try await job.status()?.state == .deleted)
    }

    @Test("Progress is told in order, and the last of it is kept")
    func progress() async throws {
        let kit = try kit { text, context in
            context.reportProgress(0.5, "halfway")
            context.reportProgress(2)
            return text
        }
        let performed = try await kit.perform(Script.Call(text: ""))
        #expect(performed.progress == [JobProgress(0.5, "halfway"), JobProgress(1)])
        let job = try await kit.jobs.enqueue(Script.Call(text: ""))
        try await kit.drain()
        #expect(try await job.status()?.progress == JobProgress(1))
    }
}

import Baton
import BatonTesting
import Foundation
import Logging
import Testing

@Suite("Kit: performing one job")
struct PerformingTests {
    private func kit(
        retryPolicy: RetryPolicy = .hangfire,
        _ body: @escaping @Sendable (String, JobContext) async throws -> String = { text, _ in text }
    ) throws -> JobTestKit {
        try JobTestKit(retryPolicy: retryPolicy) {
            Script(body)
            Greet.self
            Forgetful.self
            Halve.self
            Endless.self
        }
    }

    @Test("The result is there, and what was logged")
    func success() async throws {
        let kit = try kit { text, context in
            context.logger.debug("shouting", metadata: ["text": "\(text)"])
            JobContext.current?.logger.warning("loudly")
            return text.uppercased()
        }
        let performed = try await kit.perform(Script.Call(text: "hello"))
        #expect(try performed.result() == "HELLO")
        #expect(performed.nextState == .succeeded)
        #expect(performed.outcome == .succeeded(result: JSONText(#""HELLO""#)))
        #expect(performed.error == nil)
        #expect(performed.retryDelay == nil)
        #expect(performed.logLines.map(\.description) == ["debug: shouting", "warning: loudly"])
        #expect(performed.logLines.first?.metadata["text"] == "hello")
        #expect(performed.logLines.first?.metadata["job.id"] == "\(performed.id)")
    }

    @Test("The job sees the run that it was promised")
    func context() async throws {
        let kit = try kit { _, context in
            "\(context.name) \(context.queue) \(context.attempt)/\(context.maximumAttempts) \(context.run)"
        }
        let options = JobOptions(queue: "night", maximumAttempts: 4)
        let performed = try await kit.perform(Script.Call(text: ""), attempt: 2, options: options)
        #expect(try performed.result() == "script night 2/4 2")
        #expect(performed.attempt == 2)
    }

    @Test("A failed attempt is to be retried as the policy says, the last one is not")
    func failure() async throws {
        let kit = try kit(retryPolicy: RetryPolicy { failure, _ in .seconds(failure * 10) }) { _, _ in
            throw Misfortune()
        }
        let options = JobOptions(maximumAttempts: 3)
        let second = try await kit.perform(Script.Call(text: ""), attempt: 2, options: options)
        #expect(second.error is Misfortune)
        #expect(second.nextState == .scheduled)
        #expect(second.retryDelay == .seconds(20))
        #expect(second.failure?.message == "bad luck")
        #expect(throws: Misfortune.self) { try second.result() }
        let last = try await kit.perform(Script.Call(text: ""), attempt: 3, options: options)
        #expect(last.nextState == .failed)
        #expect(last.retryDelay == nil)
        #expect(last.failure?.type == "Misfortune")
    }

    @Test("The default policy is the server's, and its jitter follows from the seed")
    func defaultPolicy() async throws {
        let delays = try await (0..<2).asyncMap { _ in
            let kit = try JobTestKit(clock: TestClock(date: .distantPast), seed: 7) {
                Script { _, _ in throw Misfortune() }
            }
            return try await kit.perform(Script.Call(text: ""), attempt: 2).retryDelay
        }
        let delay = try #require(delays[0])
        #expect((.seconds(16) ... .seconds(74)).contains(delay))
        #expect(delays[0] == delays[1])
    }

    @Test("Arguments that do not survive their way through JSON fail the job at once")
    func argumentsGoThroughJSON() async throws {
        let performed = try await kit().perform(Forgetful())
        #expect(performed.nextState == .failed)
        #expect((performed.error as? JobError)?.code == .argumentsUndecodable)
        await #expect(throws: JobError.self) { try await kit().perform(Halve(number: .nan)) }
    }

    @Test("A result goes through JSON as well")
    func resultGoesThroughJSON() async throws {
        #expect(try await kit().perform(Halve(number: 5)).result() == 2.5)
        let performed = try await kit().perform(Halve(number: -1))
        #expect(performed.nextState == .failed)
        #expect((performed.error as? JobError)?.code == .outputNotEncodable)
    }

    @Test("Nothing is stored, but what the job stores")
    func nothingIsStored() async throws {
        let kit = try JobTestKit { jobs in
            Script { text, _ in
                try await jobs.enqueue(Script.Call(text: text + "!"))
                return text
            }
        }
        _ = try await kit.perform(Script.Call(text: "hello"))
        #expect(try kit.enqueuedCalls(of: Script.Call.self).map(\.text) == ["hello!"])
    }

    @Test("A job that takes too long is cancelled when the clock says so")
    func timeout() async throws {
        let kit = try kit()
        async let performed = kit.perform(Endless())
        try await kit.clock.waitForSleepers()
        kit.clock.advance(by: .seconds(29))
        #expect(kit.clock.sleeperCount == 1)
        kit.clock.advance(by: .seconds(1))
        #expect(try await performed.error is JobTimeoutError)
        #expect(try await performed.nextState == .scheduled)
    }

    @Test("A job the kit does not know, and an attempt the job does not have, are errors")
    func impossibleRuns() async throws {
        let kit = try JobTestKit { Greet.self }
        let unknown = try await #require(throws: JobTestKitError.self) { try await kit.perform(Halve(number: 1)) }
        #expect(unknown.code == .unknownJob)
        #expect(unknown.message.contains("kit.halve"))
        for attempt in [0, 4] {
            let error = try await #require(throws: JobTestKitError.self) {
                try await kit.perform(Greet(address: "ada"), attempt: attempt)
            }
            #expect(error.code == .attemptOutOfRange)
        }
        #expect(try await kit.perform(Greet(address: "ada"), attempt: 3).nextState == .succeeded)
    }

    @Test("A cancelled test is no failed job", arguments: [nil, Duration.seconds(1_000)])
    func cancellation(timeout: Duration?) async throws {
        let (started, starting) = AsyncStream<Void>.makeStream()
        let kit = try kit { _, _ in
            starting.finish()
            try await Task.sleep(for: .seconds(3_600))
            return ""
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    try await kit.perform(Script.Call(text: ""), options: JobOptions(timeout: timeout))
                }
            }
            for await _ in started {}
            group.cancelAll()
        }
    }

    @Test("Jobs that cannot stand side by side are refused, as a server refuses them")
    func registration() {
        #expect(throws: JobRegistrationError.self) {
            try JobTestKit {
                Greet.self
                Greet.self
            }
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}

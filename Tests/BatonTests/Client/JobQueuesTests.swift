import Testing

@testable import Baton

@Suite struct JobQueuesTests {
    private let world = World()
    private var queues: JobQueues { world.client.queues }

    @Test func whatIsPausedIsListedUntilItIsResumed() async throws {
        let first = try await queues.pause("mail", reason: "it moves")
        #expect(first.since == world.clock.date)
        world.clock.jump(by: .seconds(60))
        #expect(try await queues.pause("mail") == first, "it stays so since then")
        let own = try await queues.pause("mail", on: "web-1:4711")
        #expect(try await queues.pauses() == [first, own])
        #expect(try await queues.resume("mail", on: "web-1:4711"))
        #expect(try await queues.pauses() == [first])
        #expect(try await !queues.resume("mail", on: "web-1:4711"))
        #expect(try await queues.resume("mail"))
        #expect(try await queues.pauses() == [])
        #expect(world.broker.read(\.words) == Array(repeating: .queuesChanged, count: 6))
    }

    @Test func aNameThatCannotBeIsAClearErrorToTheCaller() async throws {
        func code(_ body: () async throws -> Void) async -> JobError.Code? {
            do {
                try await body()
                return nil
            } catch {
                return (error as? JobError)?.code
            }
        }
        for queue in ["", "Mail", "a/b", String(repeating: "q", count: 51)] {
            #expect(await code { try await queues.pause(queue) } == .invalidQueue)
            #expect(await code { try await queues.resume(queue) } == .invalidQueue)
        }
        for server in ["", "a\nb", String(repeating: "s", count: 201)] {
            #expect(await code { try await queues.pause("mail", on: server) } == .invalidServer)
            #expect(await code { try await queues.resume("mail", on: server) } == .invalidServer)
        }
        #expect(try await queues.pauses() == [])
        #expect(world.broker.read(\.words).isEmpty)
    }

    @Test func aReasonIsStoredAsItCanBe() async throws {
        let pause = try await queues.pause("mail", reason: "a\0b" + String(repeating: "c", count: 2_000))
        let reason = try #require(pause.reason)
        #expect(reason.hasPrefix("a\u{FFFD}b") && reason.utf8.count <= JobQueues.longestReason)
    }

    @Test func aServersNameCanBeChosenAndMustBeOne() throws {
        var configuration = JobServerConfiguration()
        configuration.name = "mailer-1"
        let server = try JobServer(world.client, configuration: configuration, logger: World.logger) { Script() }
        #expect(server.name == "mailer-1")
        configuration.name = ""
        #expect(throws: JobError.self) {
            try JobServer(world.client, configuration: configuration, logger: World.logger) { Script() }
        }
    }
}

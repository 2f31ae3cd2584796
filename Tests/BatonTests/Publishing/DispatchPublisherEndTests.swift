import ServiceLifecycle
import Testing

@testable import Baton

/// How a publisher ends: with its service, or with a script.
@Suite struct DispatchPublisherEndTests {
    private let world = World()

    @Test func aGracefulEndPublishesWhatIsLeftAndClosesTheSession() async throws {
        let gate = world.broker.holdPublishes()
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: world.client, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: World.logger
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await world.enqueue(2)
            await gate.arrivals(reach: 1)
            await group.triggerGracefulShutdown()
            try await world.settle()
            #expect(world.session?.isClosed == false, "it waits for the broker's answers")
            gate.open()
            try await tasks.waitForAll()
        }
        #expect(world.session?.isClosed == true)
        #expect(world.session?.watermark.confirmedBelow == 3)
        #expect(world.session?.watermark.pending == [])
        #expect(world.broker.depth == 2)
    }

    @Test func theEndDoesNotWaitForABrokerThatStaysAway() async throws {
        world.broker.goDown()
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: world.client, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: World.logger
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await world.enqueue()
            await group.triggerGracefulShutdown()
            try await eventually("the client ends") {
                try? await world.advance(by: .seconds(1))
                return world.session?.isClosed == true
            }
            try await tasks.waitForAll()
        }
        #expect(world.storage.read { $0.rows.values.first?.mark } == nil || world.session?.watermark.pending == [1])
    }

    @Test func aScriptsMessagesArePublishedBeforeItReturns() async throws {
        let id = try await withJobClient(storage: world.storage, transport: world.broker, logger: World.logger) {
            try await $0.enqueue(Script.Call(text: "")).id
        }
        #expect(world.broker.read(\.published).map(\.id) == [id])
        #expect(world.session?.isClosed == true)
    }

    @Test func theMessagesOfAScriptThatFailsArePublishedToo() async throws {
        await #expect(throws: Misfortune.self) {
            try await withJobClient(storage: world.storage, transport: world.broker, logger: World.logger) {
                _ = try await $0.enqueue(Script.Call(text: ""))
                throw Misfortune()
            }
        }
        #expect(world.broker.read(\.published).count == 1)
        #expect(world.session?.isClosed == true)
    }
}

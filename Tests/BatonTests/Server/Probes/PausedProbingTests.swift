import Testing

@testable import Baton

/// Rounds of probing a queue that is paused: nothing passes for lost that only waits, and what is lost is found.
@Suite struct PausedProbingTests {
    private let world = World()

    private func server(named name: String) throws -> JobServer {
        var configuration = JobServerConfiguration()
        configuration.name = name
        configuration.concurrency = 1
        configuration.lookAhead = 1
        configuration.lease = .seconds(1_000_000)
        configuration.eagerStarts = 0
        return try JobServer(world.client, configuration: configuration, logger: World.logger) { Script() }
    }

    private func expectNoSuspicion(sourceLocation: SourceLocation = #_sourceLocation) {
        for counter in [JobCounter.repairedLost, .suspectedLosses] {
            #expect(world.storage.counter(counter) == 0, sourceLocation: sourceLocation)
        }
    }

    @Test func aQueueThatIsPausedForLongIsNotLost() async throws {
        try await world.run(server(named: "a"), server(named: "b")) {
            try await world.listen()
            try await world.client.queues.pause("default")
            try await eventually("both heed it") {
                world.broker.inner.read { $0.channels.values.count { $0.paused == ["default"] } } == 2
            }
            let jobs = try await world.enqueue(3)
            try await world.advance(by: .seconds(300))
            #expect(jobs.allSatisfy { world.storage.states($0) == [.enqueued] })
            expectNoSuspicion()
            try await world.client.queues.resume("default")
            for id in jobs { try await world.reach(.succeeded, id, lettingPass: .seconds(60)) }
            try await world.advance(by: .seconds(100))
            expectNoSuspicion()
            #expect(jobs.allSatisfy { world.storage.row($0)?.run == 1 })
        }
    }

    /// The server on which the queue is paused takes part in the round, though nothing is delivered to it.
    @Test func whatIsLostIsFoundWhileOneServerIsPaused() async throws {
        try await world.client.queues.pause("default", on: "a")
        world.broker.plan(.lost)
        try await world.run(server(named: "a"), server(named: "b")) {
            let id = try await world.enqueue()[0]
            try await eventually("it is found and runs") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.counter(.repairedLost) == 1)
        }
    }
}

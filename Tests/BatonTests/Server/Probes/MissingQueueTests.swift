import Testing

@testable import Baton

/// Queues that the broker is found not to have.
@Suite struct MissingQueueTests {
    private let world = World()

    private var watch: LossWatch {
        LossWatch(
            storage: world.storage,
            publisher: world.client.publisher,
            environment: world.client.environment,
            logger: World.logger
        )
    }

    @Test func whatADeletedQueueHeldIsPublishedAgainAtOnceAndOnlyOnce() async throws {
        let gate = Gate()
        let server = try world.server(
            concurrency: 1,
            Script { text, _ in
                if text == "held" { await gate.pass() }
                return text
            }
        )
        try await world.run(server) {
            let running = try await world.client.enqueue(Script.Call(text: "held")).id
            await gate.arrivals(reach: 1)
            var jobs: [JobID] = []
            for _ in 0..<4 { jobs.append(try await world.client.enqueue(Script.Call(text: "")).id) }
            try await eventually("they are there") { world.broker.depth == 3 }
            // What is published again is not much at a time: none of it is bundled, and sent on one by one then.
            try await world.advance(by: PublishQueue.spreadInterval)
            let start = world.clock.now
            world.broker.delete("default")
            try await eventually("they are there again") {
                try? await world.advance(by: .milliseconds(100))
                return world.storage.counter(.repairedLost) == 4
            }
            #expect(start.duration(to: world.clock.now) < .seconds(10), "no round had to be waited for")
            gate.open()
            for id in jobs + [running] { try await world.reach(.succeeded, id) }
            try await world.advance(by: .seconds(100))
            #expect(world.broker.read(\.published).count == 9)
            #expect(world.storage.counter(.repairedLost) == 4)
            #expect(world.storage.counter(.missingQueues) == 1)
            let rows = jobs.compactMap { world.storage.row($0) }
            #expect(rows.allSatisfy { $0.run == 1 && $0.generation == 1 })
            #expect(world.storage.row(running)?.run == 1)
        }
    }

    @Test func aQueueThatIsStillMissingIsALoss() async throws {
        try await world.run {
            await watch.queueIsMissing("default") { true }
            #expect(world.storage.read { $0.losses.map(\.isConfirmed) } == [true])
        }
    }

    @Test func aQueueThatIsNewIsNotCounted() async throws {
        try await world.run {
            let watch = watch
            await watch.queueIsMissing("new") { true }
            world.broker.plan(.lost)
            _ = try await world.client.enqueue(Script.Call(text: ""))
            await watch.queueIsMissing("default") { true }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await watch.keepTelling(through: world.broker) }
                try await eventually("the other is") { world.storage.counter(.missingQueues) > 0 }
                group.cancelAll()
            }
            #expect(world.storage.counter(.missingQueues) == 1)
        }
    }

    @Test(arguments: [false, nil])
    func aQueueThatIsThereAgainIsNone(answer: Bool?) async throws {
        try await world.run {
            await watch.queueIsMissing("default") { answer }
            #expect(world.storage.read(\.losses).isEmpty)
        }
    }

    /// What this process has confirmed by then counts, although it was not stored yet.
    @Test func theOwnWatermarkIsStoredFirst() async throws {
        try await world.run {
            world.broker.plan(.lost)
            let id = try await world.client.enqueue(Script.Call(text: "")).id
            await watch.queueIsMissing("default") { true }
            let mark = try #require(world.storage.row(id)?.mark)
            #expect(world.storage.read { $0.isConfirmed(mark) })
        }
    }

    /// A try that was not answered may be carried out at any time, with what is confirmed by then.
    @Test func onlyALossWhoseStorageWasAnsweredIsConfirmed() async throws {
        world.storage.fail(.recordLoss, .lostAfterCommit, .unavailable)
        world.storage.fail(.settleLoss, .lostAfterCommit, .lostBeforeCommit)
        try await world.run {
            let isOver = Shared(false)
            async let call: Void = {
                await watch.queueIsMissing("default") { true }
                isOver.change { $0 = true }
            }()
            try await eventually("it is over") {
                try? await world.advance(by: .milliseconds(100))
                return isOver.value
            }
            await call
            #expect(world.storage.read { $0.losses.map(\.isConfirmed) } == [false, true])
        }
    }

    @Test func aQueueIsNotWaitedForWhileStorageIsAway() async throws {
        world.storage.isDown = true
        try await world.run {
            let isOver = Shared(false)
            async let call: Void = {
                await watch.queueIsMissing("default") { true }
                isOver.change { $0 = true }
            }()
            try await eventually("it may be declared") {
                try? await world.advance(by: .milliseconds(500))
                return isOver.value
            }
            await call
            #expect(world.clock.now < JobInstant(offset: .seconds(30)))
        }
    }
}

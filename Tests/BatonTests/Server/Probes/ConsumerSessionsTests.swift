import Testing

@testable import Baton

@Suite struct ConsumerSessionsTests {
    private let world = World()
    private let owner = Sample.epoch(1)

    private var sessions: ConsumerSessions {
        ConsumerSessions(
            storage: world.storage,
            environment: world.client.environment,
            owner: owner,
            waits: Wakeup(),
            logger: World.logger
        )
    }

    /// Runs the sessions for the length of a test.
    private func run(_ body: (ConsumerSessions) async throws -> Void) async throws {
        let sessions = sessions
        for number in 1...2 {
            let registration = ServerRegistration(
                epoch: Sample.epoch(number),
                name: "",
                processID: 1,
                queues: ["default"],
                concurrency: 1,
                jobNames: [],
                presence: nil,
                replacedEpoch: nil
            )
            try await world.storage.register(registration, lease: .seconds(1_000_000))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await sessions.run() }
            defer { group.cancelAll() }
            try await body(sessions)
        }
    }

    /// The stored sessions that are open.
    private var open: [ConsumerSession: InMemoryTables.Consumer] {
        world.storage.read { $0.consumers.filter { $0.value.endedAt == nil } }
    }

    @Test func aSessionIsStoredBeforeTheQueueIsConsumed() async throws {
        try await run { sessions in
            #expect(await sessions.willConsume("default"))
            let session = try #require(sessions.current["default"])
            #expect(open[session]?.owner == owner && open[session]?.queue == "default")
        }
    }

    @Test func eachLifeReplacesTheOneBefore() async throws {
        try await run { sessions in
            #expect(await sessions.willConsume("default"))
            let first = sessions.current["default"]
            #expect(await sessions.willConsume("default"))
            #expect(sessions.current["default"] != first)
            #expect(Array(open.keys) == [sessions.current["default"]])
        }
    }

    @Test func aLostAnswerLeavesNoSessionBehind() async throws {
        try await run { sessions in
            #expect(await sessions.willConsume("default"))
            world.storage.fail(.openConsumer, .lostAfterCommit, .unavailable, .lostBeforeCommit)
            async let isOpen = sessions.willConsume("default")
            try await eventually("it is registered") {
                try? await world.advance(by: .seconds(1))
                return world.storage.calls(.openConsumer) == 5
            }
            #expect(await isOpen)
            #expect(Array(open.keys) == [sessions.current["default"]])
        }
    }

    @Test func aCallerWhoIsCancelledIsTurnedAway() async throws {
        try await run { sessions in
            let gate = world.storage.holdBefore(.openConsumer)
            let caller = Task { await sessions.willConsume("default") }
            await gate.arrivals(reach: 1)
            caller.cancel()
            #expect(await caller.value == false)
            gate.open()
            #expect(await sessions.willConsume("default"))
            #expect(Array(open.keys) == [sessions.current["default"]])
        }
    }

    @Test func sessionsMoveToANewEpoch() async throws {
        try await run { sessions in
            #expect(await sessions.willConsume("default"))
            sessions.move(to: Sample.epoch(2))
            try await eventually("it is moved") { open.values.map(\.owner) == [Sample.epoch(2)] }
        }
    }

    @Test func aServerThatIsDeadConsumesUnderItsNextEpoch() async throws {
        try await run { sessions in
            #expect(await sessions.willConsume("default"))
            world.storage.change { $0.servers[owner]?.isDead = true }
            let (caller, isAnswered) = (Task { await sessions.willConsume("default") }, Shared(false))
            let watch = Task {
                defer { isAnswered.change { $0 = true } }
                return await caller.value
            }
            try await eventually("storage has refused") { world.storage.calls(.openConsumer) == 2 }
            try await world.settle()
            #expect(!isAnswered.value)
            sessions.move(to: Sample.epoch(2))
            #expect(await watch.value)
            #expect(
                world.storage.read {
                    $0.consumers[sessions.current["default"] ?? ConsumerSession(Sample.uuid(0))]?.owner
                } == Sample.epoch(2)
            )
        }
    }

    @Test func aServerThatLeavesConsumesNothingMore() async throws {
        try await run { sessions in
            sessions.close()
            #expect(await !sessions.willConsume("default"))
            #expect(open.isEmpty)
        }
    }
}

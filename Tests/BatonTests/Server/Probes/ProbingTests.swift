import Testing

@testable import Baton

/// Messages that the broker has confirmed and lost, found by rounds of probing; and everything that must not pass for one.
@Suite struct ProbingTests {
    private let world = World()

    private func held(at gate: Gate) -> Script {
        Script { text, _ in
            if text == "held" { await gate.pass() }
            return text
        }
    }

    private func enqueue(_ text: String = "", queue: String = "default") async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: text), options: JobOptions(queue: queue)).id
    }

    private func server(
        queues: [String] = ["default"],
        concurrency: Int = 1,
        configure: (inout JobServerConfiguration) -> Void = { _ in },
        _ script: Script = Script()
    ) throws -> JobServer {
        var configuration = JobServerConfiguration()
        configuration.concurrency = concurrency
        configuration.lookAhead = concurrency
        configuration.lease = .seconds(1_000_000)
        configuration.eagerStarts = 0
        configure(&configuration)
        return try JobServer(world.client, queues: queues, configuration: configuration, logger: World.logger) {
            script
        }
    }

    private func wait(for what: Comment, _ holds: () -> Bool) async throws {
        try await eventually(what) {
            try? await world.advance(by: .seconds(1))
            return holds()
        }
    }

    private var probes: Int { world.broker.read { Set($0.probes).count } }

    /// Whether nothing was ever published but what was enqueued.
    private func expectNothingLost(of count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(world.broker.read(\.published).count == count, sourceLocation: sourceLocation)
        #expect(world.storage.counter(.repairedLost) == 0, sourceLocation: sourceLocation)
    }

    /// How often a job was published again because its message was lost.
    private func repairs(of id: JobID) -> Int {
        world.storage.row(id)?.history.count { $0.reason == RepairReason.lost } ?? 0
    }

    // MARK: Losses

    @Test func aLostMessageIsFoundAndItsJobRunsUnderTheSameGeneration() async throws {
        world.broker.plan(.lost, .lost)
        try await world.run(server()) {
            let jobs = [try await enqueue(), try await enqueue(), try await enqueue()]
            try await wait(for: "all run") { jobs.allSatisfy { world.storage.row($0)?.state == .succeeded } }
            #expect(jobs.map { repairs(of: $0) } == [1, 1, 0])
            #expect(jobs.allSatisfy { world.storage.row($0)?.generation == 1 && world.storage.row($0)?.run == 1 })
            #expect(world.storage.counter(.repairedLost) == 2)
            #expect(world.storage.counter(.voidProbes) == 0)
            try await world.advance(by: .seconds(60))
            #expect(world.broker.read(\.published).count == 5)
        }
    }

    @Test func aMessageThatIsLostWhileItsQueueIsBeingWorkedIsFound() async throws {
        let gate = Gate()
        try await world.run(server(held(at: gate))) {
            _ = try await enqueue("held")
            await gate.arrivals(reach: 1)
            // One runs, one is at hand, and the rest is the broker's.
            let jobs = [try await enqueue(), try await enqueue(), try await enqueue()]
            try await eventually("they are there") { world.broker.depth == 2 }
            world.broker.purge("default")
            try await wait(for: "a probe waits") { probes > 0 }
            gate.open()
            try await wait(for: "all run") { jobs.allSatisfy { world.storage.row($0)?.state == .succeeded } }
            #expect(jobs.map { repairs(of: $0) } == [0, 1, 1])
        }
    }

    @Test func whatIsLostOfOneQueueOfManyIsFoundAmongManyServers() async throws {
        let gate = Gate()
        let queues = ["one", "two", "three"]
        try await world.run(
            server(queues: queues, concurrency: 3, held(at: gate)),
            server(queues: queues, concurrency: 3, held(at: gate))
        ) {
            let running = try await enqueue("held", queue: "two")
            await gate.arrivals(reach: 1)
            world.broker.plan(.lost, .confirmed, .lost)
            let lost = [try await enqueue(queue: "one")]
            let safe = try await enqueue(queue: "two")
            let second = try await enqueue(queue: "three")
            for id in lost + [safe, second] {
                try await wait(for: "\(id) runs") { world.storage.row(id)?.state == .succeeded }
            }
            #expect(repairs(of: lost[0]) == 1 && repairs(of: second) == 1)
            #expect(repairs(of: safe) == 0 && repairs(of: running) == 0)
            gate.open()
            try await world.reach(.succeeded, running)
        }
    }

    @Test func aRoundGoesOnWhereStorageDoesNotAnswer() async throws {
        world.broker.plan(.lost)
        for call in [
            .openConsumer, .findWaiting, .openProbe, .probes, .join, .noteReturn, .pass, .requeueLost,
        ] as [FakeStorage.Call] {
            world.storage.fail(call, .unavailable, .lostAfterCommit)
        }
        try await world.run(server()) {
            let id = try await enqueue()
            try await wait(for: "it runs") { world.storage.row(id)?.state == .succeeded }
            #expect(world.storage.row(id)?.generation == 1)
        }
    }

    // MARK: No losses

    @Test func aBacklogIsNoLossHoweverOld() async throws {
        let gate = Gate()
        try await world.run(server(held(at: gate))) {
            var jobs: [JobID] = []
            for _ in 0..<6 { jobs.append(try await enqueue("held")) }
            await gate.arrivals(reach: 1)
            try await world.advance(by: .seconds(250))
            try await eventually("it was asked") { probes > 0 }
            expectNothingLost(of: 6)
            gate.open()
            for id in jobs { try await world.reach(.succeeded, id) }
            expectNothingLost(of: 6)
        }
    }

    @Test func whatAServerHasAtHandHoldsTheRoundUpAndWhatItRunsDoesNot() async throws {
        let gate = Gate()
        try await world.run(server(held(at: gate))) {
            let running = try await enqueue("held")
            await gate.arrivals(reach: 1)
            let waiting = try await enqueue()
            try await wait(for: "a probe has come back") { probes > 0 }
            try await world.advance(by: .seconds(60))
            expectNothingLost(of: 2)
            gate.open()
            for id in [running, waiting] { try await world.reach(.succeeded, id) }
            expectNothingLost(of: 2)
        }
    }

    @Test func aRunThatTakesLongHoldsNoRoundUp() async throws {
        let gate = Gate()
        try await world.run(server(concurrency: 2, held(at: gate))) {
            let running = try await enqueue("held")
            await gate.arrivals(reach: 1)
            world.broker.plan(.lost)
            let lost = try await enqueue()
            try await wait(for: "it is found") { world.storage.row(lost)?.state == .succeeded }
            gate.open()
            try await world.reach(.succeeded, running)
        }
    }

    @Test func aConsumerThatConnectsAgainMakesTheRoundVoid() async throws {
        let gate = Gate()
        try await world.run(server(held(at: gate))) {
            let jobs = [try await enqueue("held"), try await enqueue()]
            await gate.arrivals(reach: 1)
            try await wait(for: "a round is open") { probes > 0 }
            world.broker.cut()
            try await wait(for: "it proves nothing") { world.storage.counter(.voidProbes) > 0 }
            gate.open()
            for id in jobs { try await world.reach(.succeeded, id) }
            expectNothingLost(of: 2)
        }
    }

    @Test func whatIsGivenBackMakesTheRoundVoid() async throws {
        let gate = Gate()
        try await world.run(server(configure: { $0.acknowledgeAfter = .seconds(60) }, held(at: gate))) {
            let jobs = [try await enqueue("held"), try await enqueue()]
            await gate.arrivals(reach: 1)
            try await wait(for: "a round is open") { probes > 0 }
            try await wait(for: "it proves nothing") { world.storage.counter(.voidProbes) > 0 }
            #expect(world.broker.read(\.givenBack).count > 0)
            gate.open()
            for id in jobs { try await world.reach(.succeeded, id) }
            expectNothingLost(of: 2)
        }
    }

    /// One delivery waits for the only thread, and is given back again and again.
    @Test func whatIsLostWhereDeliveriesAreGivenBackAllTheTimeIsFoundAtLast() async throws {
        let gate = Gate()
        try await world.run(server(configure: { $0.acknowledgeAfter = .seconds(2) }, held(at: gate))) {
            let running = try await enqueue("held")
            await gate.arrivals(reach: 1)
            let waiting = try await enqueue()
            world.broker.plan(.lost)
            let lost = try await enqueue()
            try await wait(for: "it is published again") { repairs(of: lost) > 0 }
            #expect(world.storage.counter(.voidProbes) >= ProbeRound.voidLimit)
            #expect(world.storage.counter(.suspectedLosses) == 1)
            #expect(repairs(of: lost) == 1)
            gate.open()
            for id in [running, waiting, lost] { try await world.reach(.succeeded, id) }
            let rows = [running, waiting, lost].map { world.storage.row($0) }
            #expect(rows.allSatisfy { $0?.generation == 1 && $0?.run == 1 }, "what had its message all the same, too")
        }
    }

    @Test func aServerThatDiesMakesTheRoundVoid() async throws {
        let gate = Gate()
        try await world.run(server(held(at: gate))) {
            let jobs = [try await enqueue("held"), try await enqueue()]
            await gate.arrivals(reach: 1)
            try await wait(for: "a round is open") { probes > 0 }
            let epoch = try #require(world.storage.read { $0.servers.keys.first })
            let now = world.clock.date
            world.storage.change { tables in
                tables.servers[epoch]?.isDead = true
                tables.endConsumers(of: epoch, at: now)
            }
            try await wait(for: "it proves nothing") { world.storage.counter(.voidProbes) > 0 }
            gate.open()
            try await wait(for: "all run") { jobs.allSatisfy { world.storage.row($0)?.state == .succeeded } }
            #expect(world.storage.counter(.repairedLost) == 0)
            let sessions = world.storage.read { $0.consumers.values.filter { $0.endedAt == nil } }
            #expect(sessions.count == 1 && sessions.first?.owner != epoch, "it consumes under its new epoch")
        }
    }

    @Test func noRoundIsBegunWhileTheBrokerIsAway() async throws {
        let gate = Gate()
        try await world.run(server(held(at: gate))) {
            _ = try await enqueue("held")
            await gate.arrivals(reach: 1)
            let waiting = try await enqueue()
            try await eventually("it is delivered") { world.broker.unsettledCount == 2 }
            world.broker.goDown()
            try await world.advance(by: .seconds(100))
            #expect(world.storage.calls(.openProbe) == 0)
            gate.open()
            try await wait(for: "it runs") { world.storage.row(waiting)?.state == .succeeded }
        }
    }
}

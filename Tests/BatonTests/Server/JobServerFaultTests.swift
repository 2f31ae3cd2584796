import Testing

@testable import Baton

/// Lost answers, duplicates, outages: a job ends once, and no message is acknowledged too early.
///
/// The fakes check invariants I1 and I3 at every claim and every acknowledgement.
@Suite struct JobServerFaultTests {
    private let world = World()
    private let runs = Shared(0)

    /// A job that counts its runs.
    private var counting: Script {
        Script { [runs] text, _ in
            runs.change { $0 += 1 }
            return text
        }
    }

    /// A job that counts its runs and waits at a gate.
    private func held(at gate: Gate) -> Script {
        Script { [runs] text, _ in
            runs.change { $0 += 1 }
            await gate.pass()
            return text
        }
    }

    private func enqueue(_ text: String = "") async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: text)).id
    }

    private func succeeds(_ id: JobID) async throws {
        try await eventually("it succeeds and its messages are settled") {
            try? await world.advance(by: .milliseconds(100))
            return world.storage.row(id)?.state == .succeeded
                && world.broker.inner.read {
                    $0.channels.values.allSatisfy { !$0.unsettled.values.contains { $0.rest[0].id == id } }
                }
        }
    }

    // MARK: Lost answers

    @Test(arguments: [FakeStorage.Fault.lostAfterCommit, .lostBeforeCommit, .unavailable])
    func aJobWhoseClaimsAnswerWasLostRunsOnce(fault: FakeStorage.Fault) async throws {
        world.storage.fail(.claim, fault, .unavailable, fault)
        let server = try world.server(counting)
        try await world.run(server) {
            let id = try await enqueue()
            try await succeeds(id)
            #expect(runs.value == 1)
            #expect(world.storage.row(id)?.run == 1)
            #expect(world.storage.row(id)?.generation == 1)
        }
    }

    @Test(arguments: [FakeStorage.Fault.lostAfterCommit, .lostBeforeCommit, .unavailable])
    func anEndWhoseAnswerWasLostIsStoredOnceAndAcknowledgedThen(fault: FakeStorage.Fault) async throws {
        world.storage.fail(.complete, fault, .unavailable, fault)
        let server = try world.server(counting)
        try await world.run(server) {
            let id = try await enqueue()
            try await eventually("the answer was lost") { world.storage.calls(.complete) == 1 }
            #expect(world.broker.read(\.acknowledged).isEmpty)
            try await succeeds(id)
            #expect(runs.value == 1)
            #expect(world.storage.completions(of: id) == 1)
            #expect(world.broker.read(\.acknowledged).count == 1)
            #expect(world.storage.counter(.fencedCompletions) == 0)
        }
    }

    @Test func noMessageIsAcknowledgedBeforeTheEndIsCommitted() async throws {
        let complete = world.storage.holdBefore(.complete)
        let server = try world.server(counting)
        try await world.run(server) {
            let id = try await enqueue()
            await complete.arrivals(reach: 1)
            try await world.settle()
            #expect(world.broker.read(\.acknowledged).isEmpty)
            complete.open()
            try await succeeds(id)
        }
    }

    // MARK: Fences

    @Test func theEndOfARunWhoseJobWasTakenAwayIsRefusedAndCounted() async throws {
        let gate = Gate()
        let server = try world.server(held(at: gate))
        try await world.run(server) {
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            // Another server has it now.
            let other = Sample.epoch(7)
            world.storage.change { tables in
                tables.servers[other] = tables.servers.values.first
                tables.rows[id]?.owner = other
                tables.rows[id]?.claim = 1
            }
            gate.open()
            try await eventually("the message is settled") { world.broker.unsettledCount == 0 }
            try await eventually("the refusal is counted") { world.storage.counter(.fencedCompletions) == 1 }
            #expect(world.storage.row(id)?.state == .processing)
            #expect(world.storage.row(id)?.owner == other)
        }
    }

    /// A database that lost the commit of a claim: the row is enqueued at the very generation of the message.
    @Test func aRefusedEndIsNotAcknowledgedWhileTheRowIsStillEnqueued() async throws {
        let gate = Gate()
        let server = try world.server(held(at: gate))
        try await world.run(server) {
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            world.storage.change { tables in
                tables.rows[id]?.state = .enqueued
                tables.rows[id]?.owner = nil
                tables.rows[id]?.claim = nil
            }
            gate.open()
            try await succeeds(id)
            #expect(runs.value == 2)
            #expect(world.storage.counter(.fencedCompletions) == 1)
        }
    }

    // MARK: Duplicates

    @Test func theSecondCopyOfAMessageIsDropped() async throws {
        world.broker.plan(.doubled)
        let server = try world.server(counting)
        try await world.run(server) {
            let id = try await enqueue()
            try await succeeds(id)
            #expect(runs.value == 1)
            #expect(world.broker.read(\.acknowledged).count == 2)
        }
    }

    @Test func aRedeliveryWhileTheJobRunsIsSettledWithIt() async throws {
        let gate = Gate()
        let server = try world.server(held(at: gate))
        try await world.run(server) {
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            for _ in 0..<3 {
                world.broker.cut()
                try await world.settle()
            }
            #expect(world.broker.read(\.acknowledged).isEmpty)
            gate.open()
            try await succeeds(id)
            #expect(runs.value == 1)
            #expect(world.storage.row(id)?.run == 1)
        }
    }

    /// The copy's claim sees the row while the job still runs; its answer comes when the job has ended.
    @Test func aCopyWhoseClaimIsAnsweredAfterTheEndDoesNotRunTheJobAgain() async throws {
        let gate = Gate()
        let server = try world.server(held(at: gate))
        try await world.run(server) {
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            let answer = world.storage.holdAnswer(.claim)
            world.broker.inject(DispatchMessage(id: id, generation: 1, queue: "default", name: "script"))
            await answer.arrivals(reach: 1)
            gate.open()
            try await world.reach(.succeeded, id)
            try await eventually("the end is settled") { world.broker.read(\.acknowledged).count == 1 }
            answer.open()
            try await succeeds(id)
            #expect(runs.value == 1)
            #expect(world.broker.read(\.acknowledged).count == 2)
        }
    }

    @Test func aStaleMessageIsDroppedAndCounted() async throws {
        let server = try world.server(counting)
        try await world.run(server) {
            let id = try await enqueue()
            try await succeeds(id)
            world.broker.inject(DispatchMessage(id: id, generation: 1, queue: "default", name: "script"))
            try await eventually("it is counted") { world.storage.counter(.duplicateDeliveries) == 1 }
            #expect(runs.value == 1 && world.broker.unsettledCount == 0)
        }
    }

    // MARK: Ghosts

    @Test func aMessageWithoutARowIsParkedAndMakesNoJob() async throws {
        let server = try world.server(counting)
        try await world.run(server) {
            let ghost = DispatchMessage(id: Sample.id(404), generation: 1, queue: "default", name: "script")
            world.broker.inject(ghost)
            try await eventually("it is counted") { world.storage.counter(.parkedMessages) == 1 }
            #expect(world.broker.read(\.parked) == [ghost])
            #expect(world.broker.unsettledCount == 0)
            #expect(world.storage.read { $0.rows.isEmpty })
        }
    }

    @Test func aMessageThatCannotBeParkedIsKeptAndTriedAgainWithoutHaste() async throws {
        let server = try world.server(counting)
        world.broker.refusesParking = true
        try await world.run(server) {
            let ghost = DispatchMessage(id: Sample.id(404), generation: 1, queue: "default", name: "script")
            world.broker.inject(ghost)
            try await world.advance(by: .seconds(10))
            #expect(world.broker.read(\.acknowledged).isEmpty && world.broker.read(\.givenBack).count <= 11)
            world.broker.refusesParking = false
            try await eventually("it is parked") {
                try? await world.advance(by: .seconds(1))
                return world.broker.read(\.parked) == [ghost]
            }
            try await eventually("it is settled") { world.broker.unsettledCount == 0 && world.broker.depth == 0 }
        }
    }

    @Test func aMessageThatCannotBeParkedHoldsUpNoJob() async throws {
        let server = try world.server(concurrency: 1, counting)
        world.broker.refusesParking = true
        try await world.run(server) {
            world.broker.inject(DispatchMessage(id: Sample.id(404), generation: 1, queue: "default", name: "script"))
            try await eventually("it was tried") { world.storage.calls(.claim) == 1 }
            for number in 0..<20 {
                let id = try await enqueue("\(number)")
                // No time passes.
                try await world.reach(.succeeded, id)
            }
        }
    }

    @Test func aMessageWithoutARowIsParkedEvenWhenItsNameIsUnknown() async throws {
        let server = try world.server(counting)
        try await world.run(server) {
            let ghost = DispatchMessage(id: Sample.id(404), generation: 1, queue: "default", name: "stranger")
            world.broker.inject(ghost)
            try await eventually("it is settled") { world.broker.read { !$0.acknowledged.isEmpty } }
            #expect(world.broker.read(\.parked) == [ghost])
        }
    }

    // MARK: Outages

    @Test func anOutageOfStorageInTheMiddleCostsNothingButTime() async throws {
        let gate = Gate()
        let server = try world.server(held(at: gate))
        try await world.run(server) {
            var jobs: [JobID] = []
            for number in 0..<8 { jobs.append(try await enqueue("\(number)")) }
            await gate.arrivals(reach: 4)
            world.storage.isDown = true
            gate.open()
            try await world.advance(by: .seconds(60))
            #expect(world.broker.read(\.acknowledged).isEmpty, "deliveries are held")
            world.storage.isDown = false
            for id in jobs { try await succeeds(id) }
            #expect(runs.value == 8)
            #expect(jobs.allSatisfy { world.storage.row($0)?.run == 1 })
        }
    }

    @Test func deliveriesOfUnknownNamesAreHeldThroughAnOutageToo() async throws {
        let server = try world.server(counting)
        try await world.run(server) {
            try await eventually("the server consumes") { world.storage.read { !$0.consumers.isEmpty } }
            let id = try await world.client.enqueue(Stranger()).id
            world.storage.isDown = true
            try await eventually("it is tried") { world.storage.calls(.postpone) >= 1 }
            for _ in 0..<200 { await Task.yield() }
            #expect(world.storage.calls(.postpone) < 10, "not in a circle with the broker")
            world.storage.isDown = false
            try await eventually("it is put off") {
                try? await world.advance(by: .milliseconds(100))
                return world.storage.row(id)?.state == .scheduled
            }
        }
    }

    @Test func anEndThatStorageRefusesFailsItsJobAndNoOther() async throws {
        let gate = Gate()
        world.storage.refuseEnds { completion in
            if case .succeeded(let result) = completion.outcome { return result?.text.contains("bad") == true }
            return false
        }
        let server = try world.server(held(at: gate))
        try await world.run(server) {
            let (good, bad) = (try await enqueue("good"), try await enqueue("bad"))
            await gate.arrivals(reach: 2)
            gate.open()
            try await succeeds(good)
            try await world.reach(.failed, bad)
            #expect(world.storage.row(bad)?.failure?.message.contains("Refused") == true)
        }
    }

    @Test func aBrokerThatComesBackFindsItsJobsAgain() async throws {
        let gate = Gate()
        let server = try world.server(concurrency: 2, held(at: gate))
        try await world.run(server) {
            var jobs: [JobID] = []
            for number in 0..<6 { jobs.append(try await enqueue("\(number)")) }
            await gate.arrivals(reach: 2)
            world.broker.goDown()
            gate.open()
            try await eventually("what was at hand is run") { runs.value >= 4 }
            world.broker.comeUp()
            for id in jobs { try await succeeds(id) }
            #expect(runs.value == 6)
        }
    }
}

import Testing

@testable import Baton

/// Graceful shutdown: let jobs end, put the rest back, leave nothing behind.
@Suite struct JobServerShutdownTests {
    private let world = World()

    private func enqueue(timeout: Duration? = nil) async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: ""), options: JobOptions(timeout: timeout)).id
    }

    private func held(at gate: Gate) -> Script {
        Script { text, _ in
            await gate.pass()
            try Task.checkCancellation()
            return text
        }
    }

    /// Lets time pass until a server has ended.
    private func untilEnded(_ server: RunningServer) async throws {
        try await eventually("the server ends") {
            try? await world.advance(by: .seconds(1))
            return server.hasEnded
        }
    }

    private var serverCount: Int {
        world.storage.read { $0.servers.count }
    }

    @Test func anIdleServerStopsAtOnceAndLeavesTheList() async throws {
        try await world.serve(world.server(Script())) { server in
            try await eventually("the server is there") { serverCount == 1 }
            await server.stop()
        }
        #expect(serverCount == 0)
    }

    @Test func aRunningJobMayEnd() async throws {
        let gate = Gate()
        try await world.serve(world.server(held(at: gate))) { server in
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            await server.stop()
            try await world.advance(by: .seconds(14))
            #expect(world.storage.row(id)?.state == .processing)
            #expect(!server.hasEnded)
            gate.open()
            try await world.reach(.succeeded, id)
        }
        #expect(serverCount == 0)
        #expect(world.broker.read(\.acknowledged).count == 1)
    }

    @Test func deliveriesThatWaitForAThreadAreGivenBack() async throws {
        let gate = Gate()
        try await world.serve(world.server(concurrency: 2, held(at: gate))) { server in
            var jobs: [JobID] = []
            for _ in 0..<4 { jobs.append(try await enqueue()) }
            await gate.arrivals(reach: 2)
            try await eventually("two more wait") { world.broker.unsettledCount == 4 }
            await server.stop()
            try await eventually("they are given back") { world.broker.depth == 2 }
            gate.open()
            try await eventually("the running ones end") {
                jobs.count { world.storage.row($0)?.state == .succeeded } == 2
            }
            #expect(jobs.count { world.storage.row($0)?.state == .enqueued } == 2)
            #expect(jobs.allSatisfy { (world.storage.row($0)?.generation ?? 0) == 1 })
        }
        #expect(gate.arrivals == 2)
        #expect(world.broker.depth == 2)
    }

    /// What a job throws when it is cancelled is its own affair: the shutdown spends no attempt.
    @Test(arguments: [true, false])
    func aJobCancelledAtTheDeadlineIsPutBackWithoutSpendingAnAttempt(throwsItsOwnError: Bool) async throws {
        let gate = Gate()
        let script = Script { text, _ in
            await gate.pass()
            if throwsItsOwnError { throw Misfortune() }
            try Task.checkCancellation()
            return text
        }
        var id = JobID(Sample.uuid(0))
        try await world.serve(world.server(script)) { server in
            id = try await enqueue()
            await gate.arrivals(reach: 1)
            await server.stop()
            try await untilEnded(server)
        }
        let row = try #require(world.storage.row(id))
        #expect([.scheduled, .enqueued].contains(row.state))
        #expect(row.attempt == 0 && row.run == 1)
        #expect(row.history.contains { $0.reason?.contains("Put back") == true })
        #expect(serverCount == 0)
    }

    @Test(arguments: [nil, Duration.seconds(1_000)])
    func aCancelledJobThatEndsItsWorkAllTheSameHasSucceeded(timeout: Duration?) async throws {
        let (gate, after) = (Gate(), Gate())
        let script = Script { text, _ in
            await gate.pass()
            // Cancelled by now, but in the middle of what must be finished.
            await Task { await after.pass() }.value
            return text
        }
        var id = JobID(Sample.uuid(0))
        try await world.serve(world.server(script)) { server in
            id = try await enqueue(timeout: timeout)
            await gate.arrivals(reach: 1)
            await server.stop()
            try await world.advance(by: .seconds(15))
            await after.arrivals(reach: 1)
            after.open()
        }
        #expect(world.storage.row(id)?.state == .succeeded)
    }

    @Test func aJobThatDoesNotGiveWayIsLeftToTheLease() async throws {
        let stubborn = Gate()
        let script = Script { text, _ in
            await Task { await stubborn.pass() }.value
            return text
        }
        var id = JobID(Sample.uuid(0))
        try await world.serve(world.server(script)) { server in
            id = try await enqueue()
            await stubborn.arrivals(reach: 1)
            await server.stop()
            try await world.advance(by: .seconds(15))
            #expect(!server.hasEnded)
            try await untilEnded(server)
        }
        #expect(world.storage.row(id)?.state == .processing)
        #expect(serverCount == 1, "its lease protects what still runs")
        stubborn.open()
    }

    // MARK: Races

    @Test func aClaimUnderWayThatComesToNothingDoesNotHoldUpTheEnd() async throws {
        try await world.serve(world.server(Script())) { server in
            let id = try await enqueue()
            try await world.reach(.succeeded, id)
            let answer = world.storage.holdAnswer(.claim)
            world.broker.inject(DispatchMessage(id: id, generation: 1, queue: "default", name: "script"))
            await answer.arrivals(reach: 1)
            await server.stop()
            try await world.settle()
            #expect(!server.hasEnded)
            answer.open()
            // No time passes: the server ends because it is done, not because its patience is.
        }
        #expect(serverCount == 0)
    }

    @Test func aJobClaimedWhileTheShutdownBeginsIsRunToItsEnd() async throws {
        let answer = world.storage.holdAnswer(.claim)
        try await world.serve(world.server(Script())) { server in
            let id = try await enqueue()
            await answer.arrivals(reach: 1)
            await server.stop()
            try await world.settle()
            answer.open()
            try await world.reach(.succeeded, id)
        }
        #expect(serverCount == 0)
    }

    @Test func theServerLeavesOnlyAfterItsLastAcknowledgement() async throws {
        let acknowledgement = world.broker.holdAcknowledgements()
        try await world.serve(world.server(Script())) { server in
            let id = try await enqueue()
            try await world.reach(.succeeded, id)
            await acknowledgement.arrivals(reach: 1)
            await server.stop()
            try await world.settle()
            #expect(!server.hasEnded)
            acknowledgement.open()
        }
        #expect(world.broker.read(\.acknowledged).count == 1)
        #expect(world.broker.depth == 0)
    }

    /// A heartbeat between the leave and the end finds the server's row gone; that is no death.
    @Test func aHeartbeatDuringTheLeaveDoesNotRegisterTheServerAgain() async throws {
        let leave = world.storage.holdAnswer(.deregister)
        try await world.serve(world.server(Script())) { server in
            try await eventually("the server beats") { world.storage.calls(.heartbeat) == 1 }
            await server.stop()
            await leave.arrivals(reach: 1)
            try await world.advance(by: .seconds(2))
            leave.open()
        }
        #expect(world.storage.calls(.register) == 1)
        #expect(serverCount == 0)
    }

    // MARK: Outages

    @Test func aServerThatCouldNeverRegisterStopsAtOnce() async throws {
        world.storage.isDown = true
        try await world.serve(world.server(Script())) { server in
            try await eventually("it tries to register") { world.storage.calls(.register) >= 1 }
            await server.stop()
        }
        #expect(serverCount == 0)
    }

    @Test func anOutageOfStorageDoesNotHoldUpTheEndForEver() async throws {
        let gate = Gate()
        try await world.serve(world.server(held(at: gate))) { server in
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            world.storage.isDown = true
            gate.open()
            await server.stop()
            try await world.advance(by: .seconds(21))
            #expect(world.storage.row(id)?.state == .processing)
        }
        #expect(world.broker.read(\.acknowledged).isEmpty)
    }
}

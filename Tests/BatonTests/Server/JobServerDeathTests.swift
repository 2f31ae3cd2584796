import Testing

@testable import Baton

/// Certificates of death: one's own, and those of others.
@Suite struct JobServerDeathTests {
    private let world = World()
    private let runs = Shared(0)

    private func server(at gate: Gate, lease: Duration = .seconds(1_000_000)) throws -> JobServer {
        try world.server(
            configure: { $0.lease = lease },
            Script { [runs] text, _ in
                runs.change { $0 += 1 }
                await gate.pass()
                try Task.checkCancellation()
                return text
            }
        )
    }

    private var epochs: [ServerEpoch] {
        world.storage.read { $0.servers.filter { !$0.value.isDead }.map(\.key) }
    }

    private func kill(_ epoch: ServerEpoch) {
        world.storage.change { $0.servers[epoch]?.isDead = true }
    }

    // MARK: One's own

    @Test func aServerCertifiedDeadCancelsItsRunsAndGoesOnUnderANewEpoch() async throws {
        let gate = Gate()
        try await world.run(server(at: gate)) {
            let id = try await world.client.enqueue(Script.Call(text: "")).id
            await gate.arrivals(reach: 1)
            let old = try #require(epochs.first)
            kill(old)
            try await eventually("it has a new epoch") {
                try? await world.advance(by: .milliseconds(500))
                return epochs.count == 1
            }
            #expect(epochs.first != old)
            let fresh = try #require(epochs.first)
            #expect(world.storage.read { $0.servers[fresh]?.registration.replacedEpoch } == old)
            #expect(world.storage.read { $0.servers[old]?.registration.replacedEpoch } == nil)
            gate.open()
            try await eventually("the job ends") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.row(id)?.owner == epochs.first)
            try await eventually("all messages are settled") { world.broker.unsettledCount == 0 }
        }
    }

    @Test func aClaimOfADeadEpochIsRefusedAndAskedAgainUnderANewOne() async throws {
        let gate = Gate(isOpen: true)
        try await world.run(server(at: gate)) {
            try await eventually("the server is there") { epochs.count == 1 }
            kill(try #require(epochs.first))
            let id = try await world.client.enqueue(Script.Call(text: "")).id
            try await eventually("the job ends") {
                try? await world.advance(by: .milliseconds(100))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(runs.value == 1)
            #expect(world.storage.row(id)?.generation == 1)
        }
    }

    /// The claim was committed, then came the certificate, then the heartbeat, and only then the claim's answer.
    @Test func aRunThatStartsUnderAnEpochThatDiedMeanwhileIsCancelled() async throws {
        let (gate, answer) = (Gate(), world.storage.holdAnswer(.claim))
        try await world.run(server(at: gate)) {
            let id = try await world.client.enqueue(Script.Call(text: "")).id
            await answer.arrivals(reach: 1)
            let old = try #require(epochs.first)
            kill(old)
            try await eventually("it has a new epoch, and the job is requeued") {
                try? await world.advance(by: .milliseconds(500))
                return epochs.count == 1 && epochs.first != old && world.storage.row(id)?.generation == 2
            }
            answer.open()
            // The stale run gives way to cancellation at its gate; the requeued one waits there.
            try await eventually("the stale run ends") { world.storage.counter(.fencedCompletions) == 1 }
            gate.open()
            try await world.reach(.succeeded, id)
        }
    }

    /// Claim and heartbeat may learn of it at once; the epoch that is one too many is given up, whatever becomes of that.
    @Test func aServerSurvivesThatAnEpochItDoesNotNeedCannotBeTakenBack() async throws {
        let gate = Gate(isOpen: true)
        try await world.run(server(at: gate)) {
            // A server that is dead begins to consume under its next epoch only.
            try await eventually("the server is there, and consumes") {
                world.storage.calls(.heartbeat) == 1 && world.storage.read { !$0.consumers.isEmpty }
            }
            kill(try #require(epochs.first))
            let (one, other) = (world.storage.holdBefore(.register), world.storage.holdBefore(.register))
            world.storage.fail(.deregister, .unavailable)
            let id = try await world.client.enqueue(Script.Call(text: "")).id
            await one.arrivals(reach: 1)
            world.clock.jump(by: .seconds(2))
            await other.arrivals(reach: 1)
            one.open()
            other.open()
            try await eventually("the job ends") {
                try? await world.advance(by: .milliseconds(100))
                return world.storage.row(id)?.state == .succeeded
            }
        }
    }

    // MARK: Others'

    /// A server that is listed, owns a row, and will never speak again.
    private func addSilentServer(owning id: JobID, lease: Duration) -> ServerEpoch {
        let epoch = Sample.epoch(99)
        let now = world.clock.date
        world.storage.change { tables in
            tables.servers[epoch] = InMemoryTables.Server(
                registration: ServerRegistration(
                    epoch: epoch,
                    name: "silent",
                    processID: 1,
                    queues: ["default"],
                    concurrency: 1,
                    jobNames: ["script"]
                ),
                leaseUntil: now.adding(lease),
                renewal: 0,
                renewedAt: now
            )
            tables.rows[id]?.run += 1
            tables.rows[id]?.attempt += 1
            tables.rows[id]?.owner = epoch
            tables.rows[id]?.claim = 1
            tables.move(id, to: .processing, at: now)
        }
        return epoch
    }

    @Test func theJobsOfADeadServerRunAgainWithinTheirAttempts() async throws {
        let id = try await world.client.enqueue(Script.Call(text: "")).id
        let last = try await world.client.enqueue(Script.Call(text: ""), options: JobOptions(maximumAttempts: 1)).id
        let silent = addSilentServer(owning: id, lease: .seconds(15))
        _ = addSilentServer(owning: last, lease: .seconds(15))
        try await world.run(server(at: Gate(isOpen: true), lease: .seconds(15))) {
            try await world.advance(by: .seconds(14))
            #expect(world.storage.read { $0.servers[silent]?.isDead } == false)
            try await eventually("it is certified") {
                try? await world.advance(by: .seconds(1))
                return world.storage.read { $0.servers[silent]?.isDead } == true
            }
            try await world.reach(.succeeded, id)
            try await world.reach(.failed, last)
            let row = try #require(world.storage.row(id))
            #expect(row.generation == 2 && row.run == 2 && row.attempt == 2)
            #expect(world.storage.counter(.certifiedServers) == 1)
            #expect(world.storage.counter(.repairedOrphans) == 2)
        }
    }

    @Test func anOutageOfStorageKillsNobody() async throws {
        let id = try await world.client.enqueue(Script.Call(text: "")).id
        let silent = addSilentServer(owning: id, lease: .seconds(20))
        try await world.run(server(at: Gate(isOpen: true), lease: .seconds(15))) {
            try await world.advance(by: .seconds(18))
            world.storage.isDown = true
            try await world.advance(by: .seconds(30))
            world.storage.isDown = false
            try await world.advance(by: .seconds(10))
            #expect(
                world.storage.read { $0.servers[silent]?.isDead } == false,
                "its lease ran out while nobody could renew one"
            )
            try await eventually("storage has been back for a lease") {
                try? await world.advance(by: .seconds(1))
                return world.storage.read { $0.servers[silent]?.isDead } == true
            }
        }
    }

    @Test(arguments: [ExhaustedAction.fail, .delete])
    func aJobWhoseServerDiedInItsLastAttemptEndsAsItsPolicySays(_ action: ExhaustedAction) async throws {
        let policy = RetryPolicy.hangfire.whenExhausted(action)
        try await world.run(world.server(configure: { $0.retryPolicy = policy }, Script())) {
            let id = Sample.id(1)
            world.storage.change { tables in
                var row = InMemoryTables.Row(
                    job: .sample(id),
                    state: .processing,
                    createdAt: Sample.date(0),
                    stateAt: Sample.date(0)
                )
                (row.generation, row.run, row.attempt) = (1, row.job.maximumAttempts, row.job.maximumAttempts)
                (row.owner, row.claim) = (ServerEpoch(world.client.environment.makeUUID()), 1)
                tables.rows[id] = row
            }
            try await eventually("it has ended") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == (action == .delete ? .deleted : .failed)
            }
            #expect(world.storage.row(id)?.failure?.type == "WorkerLost")
        }
    }
}

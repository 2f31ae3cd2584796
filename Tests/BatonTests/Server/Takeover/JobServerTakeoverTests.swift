import Testing

@testable import Baton

/// A server that takes over from another which is gone, over fakes; no lease ends here.
@Suite struct JobServerTakeoverTests {
    private let world = World()
    private let peer = Sample.epoch(99)
    private let presence = ServerPresence(Sample.uuid(99))

    /// A server that renewed last just now, owns a row, and is not there any more.
    private func addGoneServer(owning id: JobID, offersTakeover: Bool = true) {
        let (now, epoch, presence) = (world.clock.date, peer, presence)
        world.storage.change { tables in
            tables.servers[epoch] = InMemoryTables.Server(
                registration: ServerRegistration(
                    epoch: epoch,
                    name: "gone",
                    processID: 1,
                    queues: ["default"],
                    concurrency: 1,
                    jobNames: ["script"],
                    presence: presence
                ),
                leaseUntil: now.adding(.seconds(1_000_000)),
                offersTakeover: offersTakeover,
                renewal: 1,
                renewedAt: now,
                stoodAfter: now
            )
            tables.rows[id]?.run += 1
            tables.rows[id]?.attempt += 1
            tables.rows[id]?.owner = epoch
            tables.rows[id]?.claim = 1
            tables.move(id, to: .processing, at: now)
        }
    }

    private func enqueue() async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: "")).id
    }

    private var isPeerDead: Bool {
        world.storage.read { $0.servers[peer]?.isDead ?? false }
    }

    /// Runs a server that has been connected for a while.
    private func serve(
        configure: @escaping (inout JobServerConfiguration) -> Void = { _ in },
        _ body: () async throws -> Void
    ) async throws {
        try await world.run(world.server(configure: configure, Script())) {
            try await eventually("the server can be seen") {
                try? await world.advance(by: .milliseconds(100))
                return offers || world.storage.calls(.heartbeat) > 2
            }
            try await body()
        }
    }

    /// Stores a job as if its message had been lost, for the test to say what becomes of it.
    private func storeOnly() async throws -> JobID {
        world.broker.plan(.refused)
        let gate = world.broker.holdPublishes()
        let id = try await enqueue()
        addGoneServer(owning: id)
        gate.open()
        return id
    }

    @Test func aServerThatIsGoneLosesItsJobsWhenItsHeartbeatStaysAway() async throws {
        try await serve {
            let id = try await storeOnly()
            try await world.advance(by: .seconds(2))
            #expect(!isPeerDead, "its next heartbeat is not late yet")
            try await world.advance(by: .seconds(5))
            try await eventually("it is certified") { isPeerDead }
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.generation == 2)
            #expect(world.storage.counter(.certifiedServers) == 1)
            #expect(world.storage.counter(.earlyCertificates) == 1)
        }
    }

    @Test func aServerThatIsGoneLosesItsJobsAtOnceWhenAMessageComesAgain() async throws {
        try await serve {
            let id = try await storeOnly()
            let message = try #require(world.storage.row(id)).message(generation: 1)
            world.broker.inject(message, isRedelivered: true)
            try await world.advance(by: .milliseconds(900))
            #expect(!isPeerDead)
            try await world.advance(by: .milliseconds(200))
            try await eventually("it is certified") { isPeerDead }
            try await world.reach(.succeeded, id)
        }
    }

    @Test(arguments: [true, false])
    func oneWitnessIsEnoughToLive(isLock: Bool) async throws {
        let standIn = world.broker.makeConsumer(queues: [], prefetch: 1, presence: presence, executor: nil) { _ in true
        }
        let running = Task { try await standIn.run() }
        defer { running.cancel() }
        if !isLock { try await eventually("its queue is there") { await standIn.isPresent() } }
        try await serve {
            let id = try await storeOnly()
            if isLock {
                running.cancel()
                _ = await running.result
                world.storage.change { $0.locks.insert(presence) }
            }
            try await world.advance(by: .seconds(60))
            #expect(!isPeerDead)
            #expect(world.storage.calls(.sightPeer) > 10, "it was looked at again and again")
            #expect(world.storage.row(id)?.state == .processing)
            // Only now is it gone.
            running.cancel()
            _ = await running.result
            world.storage.change { $0.locks.remove(presence) }
            try await eventually("it is certified") {
                try? await world.advance(by: .seconds(1))
                return isPeerDead
            }
        }
    }

    @Test func withoutFastTakeoverOnlyTheLeaseCounts() async throws {
        try await serve {
            $0.fastTakeover = false
        } _: {
            let id = try await storeOnly()
            world.broker.inject(try #require(world.storage.row(id)).message(generation: 1), isRedelivered: true)
            try await world.advance(by: .seconds(60))
            #expect(world.storage.calls(.sightPeer) == 0)
            #expect(!isPeerDead)
            let offering = world.storage.read { $0.servers.filter(\.value.offersTakeover).map(\.key) }
            #expect(offering == [peer], "this server offers none itself")
        }
    }

    /// What a restart of the broker took away must not be offered, and a connection that seems to stand proves nothing.
    @Test func aServerWhoseQueueTheBrokerDoesNotShowOffersNoTakeover() async throws {
        try await serve {
            try await eventually("it offers one") {
                try? await world.advance(by: .milliseconds(100))
                return offers
            }
            world.broker.isSilent = true
            try await world.advance(by: .seconds(5))
            #expect(!offers)
            world.broker.isSilent = false
            try await eventually("it offers one again") {
                try? await world.advance(by: .milliseconds(100))
                return offers
            }
        }
    }

    private var offers: Bool {
        world.storage.read { $0.servers.values.contains(where: \.offersTakeover) }
    }

    /// A job that is deaf to cancellation.
    private func deaf(_ inside: Gate, _ gate: Gate) -> Script {
        Script { text, _ in
            inside.open()
            await Task { await gate.pass() }.value
            return text
        }
    }

    /// Its connections end with it, its jobs do not: they are the lease's.
    @Test func aServerThatStopsOverAJobThatDoesNotGiveWayOffersNoTakeover() async throws {
        let (inside, gate) = (Gate(), Gate())
        let server = try world.server(
            configure: {
                $0.shutdownTimeout = .milliseconds(10)
                $0.cancellationTimeout = .milliseconds(10)
            },
            deaf(inside, gate)
        )
        try await world.serve(server) { running in
            _ = try await enqueue()
            await inside.pass()
            try await eventually("it offers a takeover") {
                try? await world.advance(by: .milliseconds(100))
                return offers
            }
            await running.stop()
            try await eventually("it has ended") {
                try? await world.advance(by: .milliseconds(10))
                return running.hasEnded
            }
            #expect(world.storage.read { $0.servers.values.map(\.offersTakeover) } == [false])
            gate.open()
        }
    }

    /// Cancelled, or by an error of one of its processes.
    @Test(arguments: [true, false])
    func aServerThatEndsAtOnceOverAJobThatDoesNotGiveWayOffersNoTakeover(isCancelled: Bool) async throws {
        let (inside, gate) = (Gate(), Gate())
        let server = try world.server(deaf(inside, gate))
        try await world.run {
            let running = Task { try await server.run() }
            defer { running.cancel() }
            _ = try await enqueue()
            await inside.pass()
            try await eventually("it offers a takeover") {
                try? await world.advance(by: .milliseconds(100))
                return offers
            }
            if isCancelled {
                running.cancel()
            } else {
                world.storage.fail(.heartbeat, .refused)
                try await world.advance(by: .seconds(2))
            }
            _ = await running.result
            #expect(world.storage.read { $0.servers.values.map(\.offersTakeover) } == [false])
            gate.open()
        }
    }
}

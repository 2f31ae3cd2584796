import Testing

@testable import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Jobs declared exclusive end with the lease that protects them (PROTOCOL section 3, "PostgreSQL down").
@Suite struct ExclusiveJobTests {
    private let world = World()
    private let gate = Gate()
    private let plainGate = Gate()
    private let ended = Shared(0)
    private let plainEnded = Shared(0)

    /// A server with an exclusive job and one that is not, each held at its gate.
    private func server(concurrency: Int = 4) throws -> JobServer {
        var configuration = JobServerConfiguration()
        configuration.concurrency = concurrency
        configuration.eagerStarts = 0
        return try JobServer(world.client, configuration: configuration, logger: World.logger) {
            ExclusiveScript { [gate, ended] in
                await gate.pass()
                ended.change { $0 += 1 }
                try Task.checkCancellation()
            }
            Script { [plainGate, plainEnded] text, _ in
                await plainGate.pass()
                plainEnded.change { $0 += 1 }
                return text
            }
        }
    }

    private func enqueueBoth() async throws -> (exclusive: JobID, plain: JobID) {
        let exclusive = try await world.client.enqueue(ExclusiveScript.Call()).id
        let plain = try await world.client.enqueue(Script.Call(text: "")).id
        await gate.arrivals(reach: 1)
        await plainGate.arrivals(reach: 1)
        return (exclusive, plain)
    }

    /// How long the server's lease lasts in storage, from now.
    private func leaseLeft() throws -> Duration {
        let server = try #require(world.storage.read { $0.servers.values.first { !$0.isDead } })
        return .seconds(server.leaseUntil.timeIntervalSince(world.clock.date))
    }

    private func succeeds(_ id: JobID) async throws {
        try await eventually("it succeeds") {
            try? await world.advance(by: .milliseconds(100))
            return world.storage.row(id)?.state == .succeeded
        }
    }

    @Test func anExclusiveRunIsCancelledWhenItsLeaseIsOverAndNoOther() async throws {
        try await world.run(server()) {
            let (exclusive, plain) = try await enqueueBoth()
            try await world.advance(by: .seconds(60))
            #expect(ended.value == 0, "the lease is renewed")
            world.storage.isDown = true
            try await world.advance(by: leaseLeft() - .milliseconds(1))
            #expect(ended.value == 0)
            try await world.advance(by: .milliseconds(1))
            try await eventually("it is cancelled") { ended.value == 1 }
            try await world.advance(by: .seconds(60))
            #expect(plainEnded.value == 0, "what is not exclusive goes on")

            world.storage.isDown = false
            gate.open()
            plainGate.open()
            try await succeeds(exclusive)
            try await succeeds(plain)
            let row = try #require(world.storage.row(exclusive))
            #expect(row.run == 2 && row.attempt == 1, "no attempt is spent")
            #expect(row.history.contains { $0.reason?.contains("lease was over") == true })
            #expect(world.storage.row(plain)?.run == 1)
            #expect(world.storage.counter(.fencedCompletions) == 0)
        }
    }

    /// Storage counts from when it wrote the renewal down, the server from when it sent it.
    @Test func theCountBeginsWhenTheLastAnsweredRenewalWasSent() async throws {
        try await world.run(server()) {
            _ = try await enqueueBoth()
            let renewal = world.storage.holdBefore(.heartbeat)
            try await eventually("a renewal is on its way") {
                try? await world.advance(by: .milliseconds(100))
                return renewal.arrivals == 1
            }
            let sentAt = world.clock.now
            try await world.advance(by: .seconds(4))
            renewal.open()
            try await world.settle()
            world.storage.isDown = true
            #expect(try leaseLeft() >= .seconds(15))
            let left = world.clock.now.duration(to: sentAt.advanced(by: .seconds(15)))
            try await world.advance(by: left - .milliseconds(101))
            #expect(ended.value == 0)
            try await world.advance(by: .milliseconds(101))
            try await eventually("it is cancelled") { ended.value == 1 }
            #expect(try leaseLeft() > .seconds(3), "in storage the lease is not over")
        }
    }

    /// A suspended machine's clock goes on.
    @Test func aRunThatSleptThroughItsLeaseIsCancelledAtOnce() async throws {
        try await world.run(server()) {
            let (exclusive, _) = try await enqueueBoth()
            world.storage.isDown = true
            world.clock.jump(by: .seconds(3_600))
            try await eventually("it is cancelled") { ended.value == 1 }
            world.storage.isDown = false
            gate.open()
            try await succeeds(exclusive)
        }
    }

    @Test func nothingExclusiveBeginsWithoutALease() async throws {
        try await world.run(server(concurrency: 1)) {
            let exclusive = try await world.client.enqueue(ExclusiveScript.Call()).id
            await gate.arrivals(reach: 1)
            gate.open()
            try await succeeds(exclusive)
            let answer = world.storage.holdAnswer(.claim)
            let next = try await world.client.enqueue(ExclusiveScript.Call()).id
            await answer.arrivals(reach: 1)
            // The answer comes when the lease is over.
            world.storage.isDown = true
            try await world.advance(by: .seconds(20))
            answer.open()
            try await world.advance(by: .seconds(1))
            #expect(ended.value == 1, "it has not begun")
            world.storage.isDown = false
            try await succeeds(next)
            #expect(ended.value == 2)
            #expect(world.storage.row(next)?.attempt == 1)
        }
    }

    @Test func aServerThatKnowsExclusiveJobsTakesNoPartInFastTakeover() async throws {
        #expect(JobServerConfiguration().fastTakeover)
        try await world.run(server()) {
            _ = try await enqueueBoth()
            try await world.advance(by: .seconds(20))
            let servers = world.storage.read { Array($0.servers.values) }
            #expect(servers.count == 1)
            #expect(servers.allSatisfy { $0.registration.presence == nil && !$0.offersTakeover })
            #expect(world.storage.calls(.sightPeer) == 0)
        }
    }
}

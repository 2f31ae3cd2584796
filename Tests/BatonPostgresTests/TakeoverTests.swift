import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// Early certificates: what a session of the database says of a server.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct TakeoverTests {
    private let terms = TakeoverTerms(stoodAfter: nil, lateAfter: .seconds(60))

    @Test func aServerOffersATakeoverOnlyWithItsLock() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            let me = try await fixture.server(presence: presence)
            try await fixture.offer(me)
            #expect(try await fixture.lockHolders(presence).count == 1)
            // Of whose queue nothing is known, the lock says nothing either.
            try await fixture.renew(me, after: nil)
            #expect(try await !fixture.offersTakeover(me))
        }
    }

    /// Whatever is told of the time after a renewal is out of date with the next.
    @Test func anOfferRestsOnTheLastRenewalOrOnNone() async throws {
        try await withStorage { fixture in
            let me = try await fixture.server(presence: ServerPresence(UUID()))
            let first = try await fixture.offer(me)
            let second = try await fixture.renew(me, after: first).renewal
            #expect(try await fixture.offersTakeover(me))
            #expect(second != first)
            // It was under way for long, and another overtook it.
            try await fixture.renew(me, after: first)
            #expect(try await !fixture.offersTakeover(me))
        }
    }

    @Test func aServerWhoseLockAnotherSessionHoldsOffersNoneUntilItIsFree() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            try await fixture.client.withConnection { connection in
                let lock = PostgresStatement(try fixture.statements.takeover.lock, presence.uuid)
                try await connection.execute([lock])
                let me = try await fixture.server(presence: presence)
                var last: Int64?
                for _ in 0..<20 {
                    last = try await fixture.renew(me, after: last).renewal
                    #expect(try await !fixture.offersTakeover(me))
                    try await Task.sleep(for: .milliseconds(10))
                }
                try await connection.query(PostgresStatement("SELECT pg_advisory_unlock_all()"))
                try await fixture.offer(me)
            }
        }
    }

    /// Here the watcher is the fixture's storage; the peer lives in a storage that ends.
    @Test func aServerThatIsGoneIsCertifiedOnce() async throws {
        try await withStorage { fixture in
            try await fixture.watch()
            let (peer, presence) = (ServerEpoch.random(), ServerPresence(UUID()))
            let renewal = try await fixture.withSecondStorage { storage in
                _ = try await fixture.server(peer, presence: presence, on: storage)
                try await fixture.offer(peer, on: storage)
                let alive = try #require(try await fixture.storage.sightPeer(peer))
                #expect(alive.isLocked && alive.presence == presence)
                #expect(alive.stoodAge >= .zero && alive.stoodAge < alive.sessionAge)
                #expect(try await !fixture.storage.certifyGone(peer, renewal: alive.renewal), "its lock is held")
                return alive.renewal
            }
            try await fixture.waitUntilGone(peer)
            let gone = try #require(try await fixture.storage.sightPeer(peer))
            #expect(gone.renewal == renewal)
            #expect(try await !fixture.storage.certifyGone(peer, renewal: renewal - 1), "it has renewed since")
            let certificates = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await fixture.persistently {
                            try await fixture.storage.certifyGone(peer, renewal: renewal)
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(certificates == 1)
            #expect(try await fixture.storage.sightPeer(peer) == nil, "there is nothing more to be seen of it")
            let answer = try await fixture.storage.heartbeat(peer, lease: .seconds(900), runs: [], takeover: terms)
            #expect(!answer.isAlive)
        }
    }

    @Test func whoeverReconnectedAfterTheLastRenewalCertifiesNobody() async throws {
        try await withStorage { fixture in
            let own = try await fixture.watch()
            let (peer, presence) = (ServerEpoch.random(), ServerPresence(UUID()))
            try await fixture.withSecondStorage { storage in
                _ = try await fixture.server(peer, presence: presence, on: storage)
                try await fixture.offer(peer, on: storage)
            }
            try await fixture.waitUntilGone(peer)
            // By far more than it takes to hear of an age.
            try await fixture.letPass(.seconds(60))
            try await fixture.endSession(of: own.presence)
            try await fixture.offer(own.epoch)
            let gone = try #require(try await fixture.storage.sightPeer(peer))
            #expect(!gone.isLocked && gone.sessionAge < gone.stoodAge)
            #expect(try await !fixture.storage.certifyGone(peer, renewal: gone.renewal))
        }
    }

    /// The peer's queue was seen before I lost my connections, and perhaps not since.
    @Test func whoeverReconnectedAfterTheRenewalThatTheOfferRestsOnCertifiesNobody() async throws {
        try await withStorage { fixture in
            let own = try await fixture.watch()
            let (peer, presence) = (ServerEpoch.random(), ServerPresence(UUID()))
            try await fixture.withSecondStorage { storage in
                _ = try await fixture.server(peer, presence: presence, on: storage)
                let before = try await fixture.offer(peer, on: storage)
                // By far more than it takes to hear of an age; a renewal's name is its time, and goes with it.
                try await fixture.letPass(.seconds(60))
                try await fixture.endSession(of: own.presence)
                try await fixture.offer(own.epoch)
                try await fixture.renew(peer, after: before - 60_000_000, on: storage)
                #expect(try await fixture.offersTakeover(peer))
            }
            try await fixture.waitUntilGone(peer)
            let gone = try #require(try await fixture.storage.sightPeer(peer))
            #expect(!gone.isLocked && gone.sessionAge < gone.stoodAge)
            #expect(try await !fixture.storage.certifyGone(peer, renewal: gone.renewal))
        }
    }

    @Test func aServerThatOffersNoneIsLeftToItsLease() async throws {
        try await withStorage { fixture in
            try await fixture.watch()
            let peer = try await fixture.server()
            _ = try await fixture.storage.heartbeat(peer, lease: .seconds(900), runs: [])
            #expect(try await fixture.storage.sightPeer(peer) == nil)
            #expect(try await fixture.storage.sightPeer(.random()) == nil)
        }
    }

    @Test func withoutASessionNobodyIsLookedAt() async throws {
        try await withStorage { fixture in
            let peer = try await fixture.server()
            await #expect(throws: JobStorageError.self) { try await fixture.storage.sightPeer(peer) }
        }
    }

    @Test func aHeartbeatTellsOfOthersThatAreLate() async throws {
        try await withStorage { fixture in
            let own = try await fixture.watch()
            let (late, punctual) = (try await fixture.server(), try await fixture.server())
            let leaseOnly = try await fixture.server()
            try await fixture.sql(
                "UPDATE ns.server SET offers_takeover = true, heartbeat_at = now() - interval '70 s' WHERE epoch = ANY ($1)",
                [late.uuid, own.epoch.uuid]
            )
            try await fixture.sql("UPDATE ns.server SET offers_takeover = true WHERE epoch = $1", punctual.uuid)
            try await fixture.sql(
                "UPDATE ns.server SET heartbeat_at = now() - interval '70 s' WHERE epoch = $1",
                leaseOnly.uuid
            )
            let answer = try await fixture.storage.heartbeat(own.epoch, lease: .seconds(900), runs: [], takeover: terms)
            #expect(answer.latePeers == [late])
            #expect(try await fixture.storage.heartbeat(own.epoch, lease: .seconds(900), runs: []).latePeers == [])
        }
    }
}

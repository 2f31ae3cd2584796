import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// Early certificates: what a session of the database says of a server.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(3)))
struct TakeoverTests {
    private let terms = TakeoverTerms(isOffered: true, lateAfter: .seconds(60))

    @Test func aServerOffersATakeoverOnlyWithItsLock() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            let me = try await fixture.server(presence: presence)
            try await fixture.offer(me)
            #expect(try await fixture.lockHolders(presence).count == 1)
            // What the transport does not offer, the lock does not either.
            let silent = TakeoverTerms(isOffered: false, lateAfter: .seconds(60))
            _ = try await fixture.storage.heartbeat(me, lease: .seconds(15), runs: [], takeover: silent)
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
                for _ in 0..<20 {
                    _ = try await fixture.storage.heartbeat(me, lease: .seconds(15), runs: [], takeover: terms)
                    #expect(try await !fixture.offersTakeover(me))
                    try await Task.sleep(for: .milliseconds(10))
                }
                try await connection.query(PostgresStatement("SELECT pg_advisory_unlock_all()"))
                try await fixture.offer(me)
            }
        }
    }

    @Test func aLostSessionCostsNoHeartbeatAndComesBackWithItsLock() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            let me = try await fixture.server(presence: presence)
            try await fixture.offer(me)
            for _ in 0..<3 {
                try await fixture.endSession(of: presence)
                let answer = try await fixture.storage.heartbeat(me, lease: .seconds(15), runs: [], takeover: terms)
                #expect(answer.isAlive)
                try await fixture.offer(me)
            }
        }
    }

    @Test func aStorageWithoutServersHoldsNoSessionForThem() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            let me = try await fixture.server(presence: presence)
            try await fixture.offer(me)
            try await fixture.storage.deregister(me)
            while try await !fixture.lockHolders(presence).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            // And has one again for the next.
            try await fixture.offer(try await fixture.server(presence: presence))
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
                #expect(alive.renewalAge >= .zero && alive.renewalAge < alive.sessionAge)
                #expect(try await !fixture.storage.certifyGone(peer, renewal: alive.renewal), "its lock is held")
                return alive.renewal
            }
            try await fixture.waitUntilGone(peer)
            let gone = try #require(try await fixture.storage.sightPeer(peer))
            #expect(gone.renewal == renewal)
            #expect(try await !fixture.storage.certifyGone(peer, renewal: renewal - 1), "it has renewed since")
            let certificates = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await fixture.storage.certifyGone(peer, renewal: renewal) }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(certificates == 1)
            #expect(try await fixture.storage.sightPeer(peer) == nil, "there is nothing more to be seen of it")
            let answer = try await fixture.storage.heartbeat(peer, lease: .seconds(15), runs: [], takeover: terms)
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
            try await fixture.endSession(of: own.presence)
            try await fixture.offer(own.epoch)
            let gone = try #require(try await fixture.storage.sightPeer(peer))
            #expect(!gone.isLocked && gone.sessionAge < gone.renewalAge)
            #expect(try await !fixture.storage.certifyGone(peer, renewal: gone.renewal))
        }
    }

    @Test func aServerThatOffersNoneIsLeftToItsLease() async throws {
        try await withStorage { fixture in
            try await fixture.watch()
            let peer = try await fixture.server()
            _ = try await fixture.storage.heartbeat(peer, lease: .seconds(15), runs: [])
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
            let answer = try await fixture.storage.heartbeat(own.epoch, lease: .seconds(15), runs: [], takeover: terms)
            #expect(answer.latePeers == [late])
            #expect(try await fixture.storage.heartbeat(own.epoch, lease: .seconds(15), runs: []).latePeers == [])
        }
    }
}

extension StorageFixture {
    /// A living server that can be seen.
    func server(
        _ epoch: ServerEpoch = .random(),
        presence: ServerPresence,
        on storage: PostgresStorage? = nil
    ) async throws -> ServerEpoch {
        let registration = ServerRegistration(
            epoch: epoch,
            name: "test:1",
            processID: 1,
            queues: ["mail"],
            concurrency: 4,
            jobNames: ["mail.welcome"],
            presence: presence
        )
        try await (storage ?? self.storage).register(registration, lease: .seconds(3600))
        return epoch
    }

    /// Renews until the row offers a takeover.
    fileprivate func offer(_ epoch: ServerEpoch, on storage: PostgresStorage? = nil) async throws {
        let terms = TakeoverTerms(isOffered: true, lateAfter: .seconds(60))
        repeat {
            try await Task.sleep(for: .milliseconds(5))
            _ = try await (storage ?? self.storage).heartbeat(epoch, lease: .seconds(15), runs: [], takeover: terms)
        } while try await !offersTakeover(epoch)
    }

    /// Gives the fixture's storage a server and so a session, older than whatever comes after.
    @discardableResult
    fileprivate func watch() async throws -> (epoch: ServerEpoch, presence: ServerPresence) {
        let presence = ServerPresence(UUID())
        let epoch = try await server(presence: presence)
        try await offer(epoch)
        return (epoch, presence)
    }

    fileprivate func offersTakeover(_ epoch: ServerEpoch) async throws -> Bool {
        try await value(Bool.self, "SELECT offers_takeover FROM ns.server WHERE epoch = $1", epoch.uuid)
    }

    /// The processes that hold a server's lock.
    fileprivate func lockHolders(_ presence: ServerPresence) async throws -> [Int32] {
        let holders = """
            SELECT pid FROM pg_locks
            WHERE locktype = 'advisory' AND (classid::bigint << 32) | objid::bigint
                = hashtextextended('baton server ' || $1::uuid, 0)
            """
        return try await sql(holders, presence.uuid).map { try $0.decode(Int32.self, 0) }
    }

    /// Ends the session that holds a server's lock, as an administrator or a broken line does.
    fileprivate func endSession(of presence: ServerPresence) async throws {
        let holder = try #require(try await lockHolders(presence).first)
        try await sql("SELECT pg_terminate_backend($1, 5000)", holder)
    }

    fileprivate func waitUntilGone(_ epoch: ServerEpoch) async throws {
        while try await storage.sightPeer(epoch)?.isLocked == true { try await Task.sleep(for: .milliseconds(5)) }
    }
}

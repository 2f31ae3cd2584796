import Baton
import Foundation
import Testing

@testable import BatonPostgres

/// The session of the database by which others see a server.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct PresenceSessionTests {
    private let terms = TakeoverTerms(stoodAfter: nil, lateAfter: .seconds(60))

    @Test func aLostSessionCostsNoHeartbeatAndComesBackWithItsLock() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            let me = try await fixture.server(presence: presence)
            try await fixture.offer(me)
            for _ in 0..<3 {
                try await fixture.endSession(of: presence)
                let answer = try await fixture.storage.heartbeat(me, lease: .seconds(900), runs: [], takeover: terms)
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

    /// A claim told the server of its certificate, so that it asked for no further renewal under the dead epoch.
    @Test func aReplacedEpochKeepsNoSessionWhenItsServerHasLeft() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            let dead = try await fixture.server(presence: presence)
            try await fixture.offer(dead)
            let alive = try await fixture.server(presence: presence, replacing: dead)
            try await fixture.offer(alive)
            try await fixture.storage.deregister(alive)
            while try await !fixture.lockHolders(presence).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    /// Claim and heartbeat may both learn of the certificate, and each register an epoch in the place of the dead one.
    @Test func anEpochOneTooManyTakesTheSessionOfNoOther() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            let dead = try await fixture.server(presence: presence)
            try await fixture.offer(dead)
            let alive = try await fixture.server(presence: presence, replacing: dead)
            let unused = try await fixture.server(presence: presence, replacing: dead)
            try await fixture.storage.deregister(unused)
            try await fixture.offer(alive)
        }
    }

    /// A line that is dead: no answer comes, and no end either.
    @Test func aSessionThatDoesNotAnswerCostsNoLease() async throws {
        try await withStorage { fixture in
            let presence = ServerPresence(UUID())
            let me = try await fixture.server(presence: presence)
            try await fixture.offer(me)
            let session = try #require(try await fixture.lockHolders(presence).first)
            try await fixture.withDeafSession(session) {
                let lease = Duration.seconds(60)
                let asked = try await fixture.value(String.self, "SELECT clock_timestamp()::text")
                let answer = try await fixture.storage.heartbeat(me, lease: lease, runs: [], takeover: terms)
                #expect(answer.isAlive)
                let isInTime = try await fixture.value(
                    Bool.self,
                    "SELECT heartbeat_at < $1::text::timestamptz + interval '60 s' FROM ns.server WHERE epoch = $2",
                    asked,
                    me.uuid
                )
                #expect(isInTime)
                #expect(try await !fixture.offersTakeover(me))
            }
            try await fixture.offer(me)
            #expect(try await fixture.lockHolders(presence) != [session])
        }
    }
}

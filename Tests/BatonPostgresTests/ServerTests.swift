import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct ServerTests {
    @Test func aHeartbeatRenewsTheLeaseOfALivingEpochOnly() async throws {
        try await withStorage { fixture in
            let me = try await fixture.server(lease: .seconds(1))
            #expect(try await fixture.storage.heartbeat(me, lease: .seconds(500), runs: []).isAlive)
            let lease = "SELECT extract(epoch FROM lease_until - heartbeat_at)::float8 FROM ns.server WHERE epoch = $1"
            #expect(try await fixture.value(Double.self, lease, me.uuid) == 500)
            try await fixture.bury(me)
            #expect(try await !fixture.storage.heartbeat(me, lease: .seconds(500), runs: []).isAlive)
            try await fixture.storage.deregister(me)
            #expect(try await !fixture.storage.heartbeat(me, lease: .seconds(500), runs: []).isAlive)
            // A certificate stands: registering again, as after a lost answer, does not lift it.
            _ = try await fixture.server(me)
            try await fixture.bury(me)
            _ = try await fixture.server(me)
            #expect(try await !fixture.storage.heartbeat(me, lease: .seconds(500), runs: []).isAlive)
        }
    }

    /// With the renewal while the table is tiny, and after it.
    @Test(arguments: [0, ServerStatements.tinyTableBytes])
    func theAuditFindsBothKindsOfDisagreement(_ size: Int) async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            while try await fixture.value(Int.self, "SELECT pg_relation_size('ns.active_job')") < size {
                try await fixture.fill(1_000)
            }
            let (me, other) = (try await fixture.server(), try await fixture.server())
            let held = try await fixture.running(by: me, claim: 1)
            let unheld = try await fixture.running(by: me, claim: 2)
            let lost = try await fixture.running(by: me, claim: 3)
            _ = try await fixture.storage.delete(lost.id, reason: nil)
            let others = try await fixture.running(by: other, claim: 4)
            func run(_ job: ClaimedJob) -> OwnedRun { OwnedRun(id: job.id, claim: job.claim) }
            let answer = try await fixture.storage.heartbeat(
                me,
                lease: .seconds(900),
                runs: [held, lost, others].map(run)
            )
            #expect(answer.isAlive)
            #expect(Set(answer.lostRuns) == [run(lost), run(others)])
            #expect(Set(try #require(answer.ownedRuns)) == [run(held), run(unheld)])
        }
    }

    /// A large table is looked through stretch by stretch, at most once a minute; the runs that are asked about are looked up
    /// each time.
    @Test func aLargeTableIsNotReadAtEveryHeartbeat() async throws {
        try await withStorage { fixture in
            let me = try await fixture.server()
            let lost = OwnedRun(id: .random(), claim: 1)
            func started(_ claim: Int64) async throws -> OwnedRun {
                let job = try await fixture.running(by: me, claim: claim)
                return OwnedRun(id: job.id, claim: job.claim)
            }
            func heartbeat() async throws -> HeartbeatAnswer {
                let answer = try await fixture.storage.heartbeat(me, lease: .seconds(900), runs: [lost])
                #expect(answer.lostRuns == [lost])
                return answer
            }
            func hasOrphans() async throws -> Bool {
                try await fixture.storage.survey(unpublishedAge: .seconds(60)).hasOrphans
            }
            let early = try await started(1)
            let size = "SELECT pg_relation_size('ns.active_job') / current_setting('block_size')::bigint"
            while try await fixture.value(Int.self, size) <= TableWalk.stretch {
                try await fixture.fill(5_000)
            }
            let late = try await started(2)
            #expect(try await heartbeat().ownedRuns == nil)
            #expect(try await heartbeat().ownedRuns.map(Set.init) == [early, late], "what both stretches have")
            #expect(try await heartbeat().ownedRuns == nil, "nobody looks again so soon")

            for _ in 0..<2 { #expect(try await !hasOrphans()) }
            try await fixture.storage.deregister(me)
            #expect(try await !hasOrphans(), "nobody looks again so soon")
            // A fresh certificate is a reason to look at once.
            try await fixture.bury(try await fixture.server())
            #expect(try await hasOrphans())
        }
    }

    /// A run with another claim number than the row's is lost, though the server owns the row.
    @Test func aRunOfAnEarlierClaimIsLost() async throws {
        try await withStorage { fixture in
            let me = try await fixture.server()
            let job = try await fixture.running(by: me, claim: 2)
            let earlier = OwnedRun(id: job.id, claim: 1)
            #expect(
                try await fixture.storage.heartbeat(me, lease: .seconds(900), runs: [earlier]).lostRuns == [earlier]
            )
        }
    }

    @Test func whatIsOwnedButNotRunIsPutBackWithItsAttempt() async throws {
        try await withStorage { fixture in
            let me = try await fixture.server()
            let jobs = [try await fixture.running(by: me, claim: 1), try await fixture.running(by: me, claim: 2)]
            var runs = jobs.map { OwnedRun(id: $0.id, claim: $0.claim) }
            runs.append(OwnedRun(id: jobs[0].id, claim: 99))
            let marks = PublishMarkRange.some(3)
            let dispatches = try await fixture.storage.putBackUnheld([runs[1], runs[0]], owner: me, marks: marks)
            #expect(Set(dispatches.map(\.message.id)) == Set(jobs.map(\.id)))
            #expect(dispatches.allSatisfy { $0.message.generation == 2 && $0.message.queue == "mail" })
            #expect(dispatches.map(\.sequence) == Array(marks.sequences.prefix(2)))
            let stored = try await fixture.job(jobs[0].id)
            #expect(stored.state == .enqueued && stored.attempt == 0 && stored.run == 1)
            #expect(try await fixture.storage.history(of: jobs[0].id).last?.reason == "unheld")
            #expect(try await fixture.storage.putBackUnheld([runs[2]], owner: me, marks: marks).isEmpty)
            // The run that was not there after all ends late.
            let end = Completion.make(jobs[0], .succeeded(result: nil))
            #expect(try await fixture.storage.complete([end], owner: me) == [.fenced(.superseded)])
            #expect(try await fixture.job(jobs[0].id).state == .enqueued)
        }
    }

    /// Only a lease that is over, while the database was up for a whole lease, ends in a certificate.
    @Test func aCertificateNeedsAnExpiredLeaseAndAWitness() async throws {
        try await withStorage { fixture in
            let (expired, living, witness) = (
                try await fixture.server(lease: .seconds(-1)), try await fixture.server(), try await fixture.server()
            )
            // Heartbeats that began lately prove nothing about the time before.
            try await fixture.makeWitness(witness)
            try await fixture.sql("UPDATE ns.server SET unbroken_since = now() + interval '1 hour'")
            #expect(try await !fixture.certify(expired))
            // Nor do heartbeats that ended.
            try await fixture.makeWitness(witness)
            try await fixture.sql("UPDATE ns.server SET heartbeat_at = now() - interval '1 hour'")
            #expect(try await !fixture.certify(expired))
            try await fixture.makeWitness(witness)
            #expect(try await !fixture.certify(living))
            #expect(try await fixture.certify(expired))
            #expect(try await !fixture.certify(expired))
            #expect(try await !fixture.certify(.random()))
            let states = try await fixture.sql("SELECT state FROM ns.servers ORDER BY state").map {
                try $0.decode(String.self, 0)
            }
            #expect(states == ["alive", "alive", "dead"])
        }
    }

    /// A database that stood still makes all leases look over.
    ///
    /// Nobody dies of it.
    @Test func anOutageKillsNobody() async throws {
        try await withStorage { fixture in
            let servers = [try await fixture.server(), try await fixture.server()]
            for server in servers { try await fixture.makeWitness(server) }
            // As if nothing had come through for a minute.
            try await fixture.sql(
                "UPDATE ns.server SET heartbeat_at = now() - interval '1 minute', lease_until = now() - interval '45 s'"
            )
            #expect(try await fixture.storage.survey(unpublishedAge: .seconds(10)).expiredServers.count == 2)
            #expect(try await !fixture.certify(servers[0]))
            // The first one back is no witness of the time it was away.
            _ = try await fixture.storage.heartbeat(servers[1], lease: .seconds(90), runs: [])
            #expect(try await !fixture.certify(servers[0]))
            let unbroken = "SELECT now() - unbroken_since < interval '1 minute' FROM ns.server WHERE epoch = $1"
            #expect(try await fixture.value(Bool.self, unbroken, servers[1].uuid))
            #expect(try await fixture.storage.heartbeat(servers[0], lease: .seconds(90), runs: []).isAlive)
        }
    }

    /// Heartbeats at their pace keep the line unbroken.
    @Test func steadyHeartbeatsMakeAWitness() async throws {
        try await withStorage { fixture in
            let me = try await fixture.server()
            let since = "SELECT unbroken_since = started_at FROM ns.server WHERE epoch = $1"
            for _ in 0..<3 { _ = try await fixture.storage.heartbeat(me, lease: .seconds(900), runs: []) }
            #expect(try await fixture.value(Bool.self, since, me.uuid))
        }
    }

    /// Two reconcilers at once: one certificate.
    @Test func aCertificateIsWrittenOnce() async throws {
        try await withStorage { fixture in
            let (expired, witness) = (try await fixture.server(lease: .seconds(-1)), try await fixture.server())
            try await fixture.makeWitness(witness)
            #expect(try await !fixture.certify(witness))
            let certificates = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await fixture.persistently {
                            try await fixture.storage.certifyDead(expired, lease: StorageFixture.lease)
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            // A session younger than a lease cannot write it, so it may not have been written at all yet.
            let late = try await fixture.certify(expired)
            #expect(certificates + (late ? 1 : 0) == 1)
        }
    }
}

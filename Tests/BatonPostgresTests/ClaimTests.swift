import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct ClaimTests {
    @Test func aClaimGivesTheWholeJobInTheOrderAsked() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let jobs = (0..<20).map { _ in NewJob.enqueued() }.shuffled()
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            let claimed = try await fixture.storage.claim(jobs.map { $0.message() }, owner: owner, claim: 7)
            for (job, outcome) in zip(jobs, claimed) {
                let run = try #require(outcome.job)
                #expect(run.id == job.id && run.name == job.name && run.queue == job.queue)
                #expect(run.arguments == job.arguments && run.timeout == .seconds(30) && run.maximumAttempts == 10)
                #expect(run.generation == 1 && run.run == 1 && run.attempt == 1 && run.claim == 7)
                #expect(run.enqueuedAt == run.createdAt)
            }
            let stored = try await fixture.job(jobs[0].id)
            #expect(stored.state == .processing && stored.run == 1 && stored.attempt == 1)
        }
    }

    @Test func refusalsSayHowEachRowStands() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let (me, other, dead) = (try await fixture.server(), try await fixture.server(), try await fixture.server())
            let unlisted = ServerEpoch.random()
            let mine = try await fixture.running(by: me, claim: 3)
            let others = try await fixture.running(by: other)
            let deads = try await fixture.running(by: dead)
            let unlisteds = try await fixture.running(by: try await fixture.server(unlisted))
            try await fixture.bury(dead)
            try await storage.deregister(unlisted)
            let done = try await fixture.running(by: me)
            _ = try await storage.complete([.make(done, .succeeded(result: nil))], owner: me)
            let failed = try await fixture.running(by: me)
            _ = try await storage.complete([.make(failed, .failed(.smtp))], owner: me)
            let waiting = try await fixture.running(by: me)
            _ = try await storage.complete([.make(waiting, .retry(after: .seconds(9), .smtp, reason: "r"))], owner: me)
            let fresh = NewJob.enqueued()
            _ = try await storage.insert([fresh], isRepeated: false)

            func message(_ job: ClaimedJob, _ generation: Int = 1) -> DispatchMessage {
                DispatchMessage(id: job.id, generation: generation, queue: "mail", name: "mail.welcome")
            }
            let messages = [
                message(mine), message(others), message(deads), message(unlisteds), message(done), message(failed),
                message(waiting), fresh.message(), fresh.message(generation: 0), NewJob.enqueued().message(),
            ]
            // Asked apart, since a claim takes each job at most once.
            let outcomes =
                try await storage.claim(Array(messages[0...6]) + [messages[8], messages[9]], owner: me, claim: 9)
            #expect(
                outcomes.map(\.refusal) == [
                    .mine(mine), .owned(by: other, isDead: false), .owned(by: dead, isDead: true),
                    .owned(by: unlisted, isDead: true), .superseded, .superseded, .superseded, .superseded, .missing,
                ]
            )
            #expect(try await storage.claim([messages[7]], owner: me, claim: 10).first?.job != nil)
        }
    }

    @Test func onlyTheRowsOwnGenerationIsClaimed() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let first = try await fixture.running(by: owner, claim: 1)
            let unheld = OwnedRun(id: first.id, claim: 1)
            #expect(try await fixture.storage.putBackUnheld([unheld], owner: owner, marks: .some()).count == 1)
            func claim(_ generation: Int, _ number: Int64) async throws -> ClaimOutcome {
                let message = DispatchMessage(id: first.id, generation: generation, queue: "mail", name: "mail.welcome")
                return try await fixture.storage.claim([message], owner: owner, claim: number)[0]
            }
            #expect(try await claim(1, 2).refusal == .superseded)
            #expect(try await claim(3, 3).refusal == .superseded)
            let second = try #require(try await claim(2, 4).job)
            #expect(second.generation == 2 && second.run == 2 && second.attempt == 1)
        }
    }

    @Test func aDeadOrUnknownEpochClaimsNothing() async throws {
        try await withStorage { fixture in
            let (me, unknown) = (try await fixture.server(), ServerEpoch.random())
            let mine = try await fixture.running(by: me)
            try await fixture.bury(me)
            let job = NewJob.enqueued()
            _ = try await fixture.storage.insert([job], isRepeated: false)
            #expect(try await fixture.storage.claim([job.message()], owner: me, claim: 2)[0].refusal == .ownEpochIsDead)
            #expect(
                try await fixture.storage.claim([job.message()], owner: unknown, claim: 1)[0].refusal == .ownEpochIsDead
            )
            let again = DispatchMessage(id: mine.id, generation: 1, queue: "mail", name: "mail.welcome")
            #expect(try await fixture.storage.claim([again], owner: me, claim: 3)[0].refusal == .ownEpochIsDead)
            #expect(try await fixture.job(job.id).state == .enqueued)
        }
    }

    /// I1: of many claims at once, one wins, and the others learn who did.
    @Test func ofManyClaimsOneWins() async throws {
        try await withStorage { fixture in
            let servers = [try await fixture.server(), try await fixture.server(), try await fixture.server()]
            let jobs = (0..<60).map { _ in NewJob.enqueued() }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            let outcomes = try await withThrowingTaskGroup(of: [ClaimOutcome].self) { group in
                for (number, server) in (servers + servers).enumerated() {
                    group.addTask {
                        let messages = jobs.shuffled().map { $0.message() }
                        return try await fixture.storage.claim(messages, owner: server, claim: Int64(number))
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.count { $0.job != nil } == 60)
            #expect(Set(outcomes.compactMap(\.job?.id)).count == 60)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.active_job WHERE run = 1") == 60)
            #expect(
                outcomes.compactMap(\.refusal).allSatisfy { refusal in
                    switch refusal {
                    case .mine, .owned(_, isDead: false): true
                    default: false
                    }
                }
            )
        }
    }

    /// A claim whose transaction is open keeps a certificate waiting, and is seen by whoever sees the certificate.
    @Test func aCertificateWaitsForAClaimUnderWay() async throws {
        try await withStorage { fixture in
            let (me, witness) = (try await fixture.server(lease: .seconds(-1)), try await fixture.server())
            try await fixture.makeWitness(witness)
            let job = NewJob.enqueued()
            _ = try await fixture.storage.insert([job], isRepeated: false)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                try await fixture.client.withTransaction { transaction in
                    let claimed = try await fixture.claimRaw(job, owner: me, on: transaction)
                    #expect(claimed == 1)
                    group.addTask { try await fixture.certify(me) }
                    try await fixture.waitUntilBlocked()
                }
                #expect(try await group.next() == true)
            }
            let repair = try await fixture.storage.requeueOrphans(marks: .some())
            #expect(repair.dispatches.map(\.message) == [job.message(generation: 2)])
        }
    }

    /// A claim that waits for a certificate sees it, although its snapshot is older.
    @Test func aClaimThatWaitsForACertificateIsRefused() async throws {
        try await withStorage { fixture in
            let (me, witness) = (try await fixture.server(lease: .seconds(-1)), try await fixture.server())
            try await fixture.makeWitness(witness)
            let job = NewJob.enqueued()
            _ = try await fixture.storage.insert([job], isRepeated: false)
            try await withThrowingTaskGroup(of: [ClaimOutcome].self) { group in
                try await fixture.client.withTransaction { transaction in
                    try await fixture.certifyRaw(me, on: transaction)
                    group.addTask { try await fixture.storage.claim([job.message()], owner: me, claim: 1) }
                    try await fixture.waitUntilBlocked()
                }
                #expect(try await group.next()?.map(\.refusal) == [.ownEpochIsDead])
            }
            #expect(try await fixture.job(job.id).state == .enqueued)
        }
    }

    /// Heartbeats and claims of one server do not wait for each other.
    @Test func aHeartbeatPassesAClaimUnderWay() async throws {
        try await withStorage { fixture in
            let me = try await fixture.server()
            let job = NewJob.enqueued()
            _ = try await fixture.storage.insert([job], isRepeated: false)
            try await fixture.client.withTransaction { transaction in
                _ = try await fixture.claimRaw(job, owner: me, on: transaction)
                #expect(try await fixture.storage.heartbeat(me, lease: .seconds(900), runs: []).isAlive)
            }
        }
    }

    @Test func aJobCanBePutOffUnclaimed() async throws {
        try await withStorage { fixture in
            let (job, other) = (NewJob.enqueued(), NewJob.enqueued())
            _ = try await fixture.storage.insert([job, other], isRepeated: false)
            let ghost = NewJob.enqueued()
            let missing = try await fixture.storage.postpone(
                [job.message(), other.message(generation: 9), ghost.message()],
                by: .seconds(60),
                reason: "unknown job"
            )
            #expect(missing == [ghost.message()])
            let stored = try await fixture.job(job.id)
            #expect(stored.state == .scheduled && stored.attempt == 0 && stored.run == 0 && stored.generation == 1)
            #expect(abs(try #require(stored.scheduledAt).timeIntervalSince(stored.stateAt) - 60) < 0.001)
            #expect(try await fixture.storage.history(of: job.id).last?.reason == "unknown job")
            #expect(try await fixture.job(other.id).state == .enqueued)
        }
    }
}

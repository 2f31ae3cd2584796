import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct CompletionTests {
    static let outcomes: [Completion.Outcome] = [
        .succeeded(result: JSONText(#"{"sent": true}"#)), .succeeded(result: nil), .failed(.smtp),
        .retry(after: .seconds(15), .smtp, reason: "attempt 1 of 10"),
        .putBack(after: .seconds(60), reason: "unknown job"),
    ]

    @Test func oneBatchTakesEveryKindOfEnd() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            var runs: [ClaimedJob] = []
            for claim in Self.outcomes.indices {
                runs.append(try await fixture.running(by: owner, claim: Int64(claim)))
            }
            let completions = zip(runs, Self.outcomes).map { Completion.make($0, $1) }.shuffled()
            let outcomes = try await fixture.storage.complete(completions, owner: owner)
            #expect(outcomes == completions.map { _ in .applied })

            func job(_ index: Int) async throws -> JobSnapshot { try await fixture.job(runs[index].id) }
            let succeeded = try await job(0)
            #expect(succeeded.state == .succeeded && succeeded.result == JSONText(#"{"sent": true}"#))
            #expect(try await job(1).result == nil)
            let failed = try await job(2)
            #expect(failed.state == .failed && failed.failure == .smtp && failed.attempt == 1)
            let retried = try await job(3)
            #expect(retried.state == .scheduled && retried.failure == .smtp && retried.attempt == 1)
            #expect(abs(try #require(retried.scheduledAt).timeIntervalSince(retried.stateAt) - 15) < 0.001)
            let putBack = try await job(4)
            #expect(putBack.state == .scheduled && putBack.attempt == 0 && putBack.run == 1 && putBack.failure == nil)
            #expect(abs(try #require(putBack.scheduledAt).timeIntervalSince(putBack.stateAt) - 60) < 0.001)
        }
    }

    /// An answer was lost, and the completion is sent again: it knows its own success.
    @Test(arguments: outcomes.indices)
    func aRepeatIsApplied(_ index: Int) async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let run = try await fixture.running(by: owner)
            let completion = Completion.make(run, Self.outcomes[index])
            #expect(try await fixture.storage.complete([completion], owner: owner) == [.applied])
            let before = try await fixture.job(run.id)
            #expect(try await fixture.storage.complete([completion], owner: owner) == [.applied])
            #expect(try await fixture.job(run.id) == before)
        }
    }

    /// I2: of two ends of one run at once, one is stored; the other learns that it is.
    @Test func ofTwoEndsAtOnceOneIsStored() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            for claim in 1...20 as ClosedRange<Int64> {
                let run = try await fixture.running(by: owner, claim: claim)
                let completion = Completion.make(run, .succeeded(result: nil))
                async let first = fixture.storage.complete([completion], owner: owner)
                async let second = fixture.storage.complete([completion], owner: owner)
                #expect(try await [first, second] == [[.applied], [.applied]])
                #expect(try await fixture.storage.history(of: run.id).count { $0.state == .succeeded } == 1)
            }
        }
    }

    @Test func aFencedEndChangesNothingAndSaysHowTheRowStands() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let (me, other) = (try await fixture.server(), try await fixture.server())
            let deleted = try await fixture.running(by: me)
            #expect(try await storage.delete(deleted.id, reason: nil))
            let others = try await fixture.running(by: other)
            let reclaimed = try await fixture.running(by: me, claim: 1)
            // As after a failover that lost a claim, and after a reaper.
            let (unclaimed, requeued) = (try await fixture.running(by: me), try await fixture.running(by: me))
            let back = "UPDATE ns.active_job SET state = 2, claim = NULL, generation = $2 WHERE id = $1"
            try await fixture.sql(back, unclaimed.id.uuid, Int32(1))
            try await fixture.sql(back, requeued.id.uuid, Int32(2))
            var stale = Completion.make(reclaimed, .succeeded(result: nil))
            stale.claim = 0
            let missing = Completion(
                id: .random(),
                claim: 1,
                generation: 1,
                duration: .zero,
                latency: .zero,
                outcome: .succeeded(result: nil)
            )
            let completions =
                [deleted, others, unclaimed, requeued].map { Completion.make($0, .succeeded(result: nil)) } + [
                    stale, missing,
                ]
            let before = try await fixture.sql("SELECT id, state FROM ns.jobs ORDER BY id").map {
                try $0.decode(UUID.self, 0)
            }
            #expect(
                try await storage.complete(completions, owner: me) == [
                    .fenced(.superseded), .fenced(.owned(by: other, isDead: false)), .fenced(.stillEnqueued),
                    .fenced(.superseded), .fenced(.mine(reclaimed)), .fenced(.missing),
                ]
            )
            let after = try await fixture.sql("SELECT id, state FROM ns.jobs ORDER BY id").map {
                try $0.decode(UUID.self, 0)
            }
            #expect(before == after)
            #expect(try await fixture.job(deleted.id).state == .deleted)
            #expect(try await fixture.job(others.id).state == .processing)
        }
    }

    /// A completion past the lease, of a server certified dead whose row nobody took yet, counts.
    @Test func theEndOfADeadServersRunCountsUntilTheRowIsTaken() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let (early, late) = (try await fixture.running(by: owner), try await fixture.running(by: owner, claim: 2))
            try await fixture.bury(owner)
            let end = Completion.make(early, .succeeded(result: nil))
            #expect(try await fixture.storage.complete([end], owner: owner) == [.applied])
            let repair = try await fixture.storage.requeueOrphans(marks: .some())
            #expect(repair.dispatches.map(\.message.id) == [late.id])
            let fenced = try await fixture.storage.complete([.make(late, .succeeded(result: nil))], owner: owner)
            #expect(fenced == [.fenced(.superseded)])
            #expect(try await fixture.job(late.id).state == .enqueued)
        }
    }

    /// The same claim number in another epoch is another fence.
    @Test func theFenceIsOwnerAndClaimTogether() async throws {
        try await withStorage { fixture in
            let (me, other) = (try await fixture.server(), try await fixture.server())
            let run = try await fixture.running(by: me, claim: 5)
            var wrongClaim = Completion.make(run, .failed(.smtp))
            wrongClaim.claim = 6
            #expect(try await fixture.storage.complete([wrongClaim], owner: me) == [.fenced(.mine(run))])
            let wrongOwner = Completion.make(run, .failed(.smtp))
            #expect(
                try await fixture.storage.complete([wrongOwner], owner: other)
                    == [.fenced(.owned(by: me, isDead: false))]
            )
            #expect(try await fixture.job(run.id).state == .processing)
        }
    }
}

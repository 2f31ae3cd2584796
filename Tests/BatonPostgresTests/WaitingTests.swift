import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// Claims without messages.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct WaitingTests {
    @Test func theOldestOfTheFirstQueueComeFirst() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            var jobs: [NewJob] = []
            for queue in ["mail", "urgent", "mail", "urgent", "other", "mail"] {
                let job = NewJob.enqueued(queue: queue, mark: nil)
                #expect(try await fixture.storage.insert([job], isRepeated: false) == [.inserted])
                jobs.append(job)
            }
            func claim(_ limit: Int, _ number: Int64) async throws -> [ClaimedJob] {
                try await fixture.claimWaiting(["urgent", "mail", "none"], limit: limit, by: owner, number)
            }
            let first = try await claim(3, 1)
            #expect(first.map(\.id) == [jobs[1].id, jobs[3].id, jobs[0].id])
            #expect(first.allSatisfy { $0.claim == 1 && $0.run == 1 && $0.attempt == 1 && $0.generation == 1 })
            #expect(first[0].arguments == jobs[1].arguments && first[0].timeout == .seconds(30))
            #expect(try await claim(3, 2).map(\.id) == [jobs[2].id, jobs[5].id])
            #expect(try await claim(3, 3) == [])
            #expect(try await claim(0, 4) == [])
            #expect(try await fixture.job(jobs[4].id).state == .enqueued)
            let history = try await fixture.storage.history(of: jobs[0].id)
            #expect(history.map(\.state) == [.enqueued, .processing])
            #expect(history.last?.server == owner)
            // The fence holds, as after any claim.
            let done = Completion.make(first[2], .succeeded(result: nil))
            #expect(try await fixture.storage.complete([done], owner: owner) == [.applied])
        }
    }

    /// Rows whose messages nobody can reach wait behind those that have none.
    @Test func rowsThatSomebodyPublishesAreClaimedToo() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            var jobs: [NewJob] = []
            for (queue, isMarked) in [("mail", true), ("other", true), ("urgent", true), ("mail", false)] {
                let job =
                    isMarked ? NewJob.enqueued(queue: queue) : NewJob.enqueued(queue: queue, mark: nil)
                #expect(try await fixture.storage.insert([job], isRepeated: false) == [.inserted])
                jobs.append(job)
            }
            let claimed = try await fixture.claimWaiting(["urgent", "mail"], limit: 9, by: owner, 1)
            #expect(claimed.map(\.id) == [jobs[3].id, jobs[2].id, jobs[0].id])
            #expect(claimed.allSatisfy { $0.claim == 1 && $0.run == 1 })
            #expect(try await fixture.job(jobs[1].id).state == .enqueued)
        }
    }

    /// What one kind of server passes over is not lost to another, whose looks it does not put off either.
    @Test func serversOfDifferentQueuesLookForThemselves() async throws {
        try await withStorage { fixture in
            let (one, other) = (try await fixture.server(), try await fixture.server())
            let strangers = (0..<MarkedWalk.stretch + 500).map { _ in NewJob.enqueued(queue: "elsewhere") }
            let job = NewJob.enqueued(queue: "rare")
            _ = try await fixture.storage.insert([job], isRepeated: false)
            _ = try await fixture.storage.insert(strangers, isRepeated: false)
            #expect(try await fixture.claimWaiting(["none"], limit: 5, by: one, 1) == [])
            #expect(try await fixture.claimWaiting(["rare"], limit: 5, by: other, 1).map(\.id) == [job.id])
        }
    }

    /// However many rows of others lie before them.
    @Test func rowsThatSomebodyPublishesAreFoundBehindManyOthers() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let strangers = (0..<MarkedWalk.stretch + 500).map { _ in NewJob.enqueued(queue: "other") }
            _ = try await fixture.storage.insert(strangers, isRepeated: false)
            let jobs = (0..<30).map { _ in NewJob.enqueued() }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            var claimed: [JobID] = []
            for number in 1...4 as ClosedRange<Int64> {
                claimed += try await fixture.claimWaiting(limit: 10, by: owner, number).map(\.id)
            }
            #expect(claimed.count == 30 && Set(claimed) == Set(jobs.map(\.id)))
        }
    }

    @Test func unknownNamesArePassedOverAndStay() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let strangers = (0..<30).map { _ in NewJob.enqueued(name: "stranger", mark: nil) }
            let known = (0..<30).map { _ in NewJob.enqueued(mark: nil) }
            _ = try await fixture.storage.insert(strangers, isRepeated: false)
            _ = try await fixture.storage.insert(known, isRepeated: false)
            var claimed: [JobID] = []
            for number in 0..<6 as Range<Int64> {
                claimed += try await fixture.claimWaiting(limit: 6, by: owner, number).map(\.id)
            }
            #expect(Set(claimed) == Set(known.map(\.id)) && claimed.count == 30)
            #expect(try await fixture.claimWaiting(names: [], limit: 6, by: owner, 9) == [])
            let all = try await fixture.claimWaiting(names: ["stranger", "mail.welcome"], limit: 60, by: owner, 10)
            #expect(Set(all.map(\.id)) == Set(strangers.map(\.id)))
        }
    }

    @Test func theDeadAndTheUnlistedClaimNothing() async throws {
        try await withStorage { fixture in
            let dead = try await fixture.server()
            try await fixture.bury(dead)
            let job = NewJob.enqueued(mark: nil)
            _ = try await fixture.storage.insert([job], isRepeated: false)
            #expect(try await fixture.claimWaiting(limit: 5, by: dead, 1) == [])
            #expect(try await fixture.claimWaiting(limit: 5, by: .random(), 1) == [])
            #expect(try await fixture.job(job.id).state == .enqueued)
        }
    }

    /// A certificate under way is waited for, and then nothing is claimed (PROTOCOL section 3).
    @Test func aClaimWaitsForACertificate() async throws {
        try await withStorage { fixture in
            let (owner, witness) = (try await fixture.server(lease: .zero), try await fixture.server())
            try await fixture.makeWitness(witness)
            let job = NewJob.enqueued(mark: nil)
            _ = try await fixture.storage.insert([job], isRepeated: false)
            try await withThrowingTaskGroup(of: [ClaimedJob].self) { group in
                try await fixture.client.withTransaction { transaction in
                    try await fixture.certifyRaw(owner, on: transaction)
                    group.addTask { try await fixture.claimWaiting(limit: 5, by: owner, 1) }
                    try await fixture.waitUntilBlocked()
                }
                #expect(try await group.next() == [])
            }
            #expect(try await fixture.job(job.id).state == .enqueued)
        }
    }

    @Test func rowsThatOthersAreTakingArePassedBy() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let jobs = (0..<3).map { _ in NewJob.enqueued(mark: nil) }
            for job in jobs { _ = try await fixture.storage.insert([job], isRepeated: false) }
            try await fixture.client.withTransaction { transaction in
                let lock = "SELECT FROM \(try fixture.schema.active) WHERE id = $1 FOR UPDATE"
                try await transaction.query(PostgresStatement(lock, jobs[0].id.uuid))
                let claimed = try await fixture.claimWaiting(limit: 1, by: owner, 1)
                #expect(claimed.map(\.id) == [jobs[1].id])
            }
            #expect(try await fixture.claimWaiting(limit: 5, by: owner, 2).map(\.id) == [jobs[0].id, jobs[2].id])
        }
    }

    @Test func claimersShareWithoutAnOverlap() async throws {
        try await withStorage { fixture in
            let owners = [try await fixture.server(), try await fixture.server()]
            try await fixture.fill(600)
            let counts = try await fixture.withSecondStorage { second in
                try await withThrowingTaskGroup(of: [JobID].self) { group in
                    for (storage, owner) in zip([fixture.storage, second], owners) {
                        group.addTask {
                            var taken: [JobID] = []
                            for number in 1... as PartialRangeFrom<Int64> {
                                let jobs = try await storage.claimWaiting(
                                    queues: ["mail"],
                                    names: ["mail.welcome"],
                                    limit: 7,
                                    owner: owner,
                                    claim: number
                                )
                                if jobs.isEmpty { return taken }
                                taken += jobs.map(\.id)
                            }
                            return taken
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
            }
            #expect(counts.count == 600 && Set(counts).count == 600)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.active_job WHERE run <> 1") == 0)
        }
    }

    /// A delivered message and a claim without one: the row goes to one of them.
    @Test func aMessageAndAClaimWithoutOneShareNoRow() async throws {
        try await withStorage { fixture in
            let (one, other) = (try await fixture.server(), try await fixture.server())
            let jobs = (0..<40).map { _ in NewJob.enqueued() }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            async let delivered = fixture.storage.claim(jobs.map { $0.message() }, owner: one, claim: 1)
            async let waiting = fixture.claimWaiting(limit: 40, by: other, 1)
            let taken = try await delivered.compactMap(\.job?.id) + waiting.map(\.id)
            #expect(taken.count == 40 && Set(taken).count == 40)
        }
    }

    /// While a backlog is worked off it is looked on from where the last claim ended; what came in behind is found too.
    @Test func rowsBehindTheCursorAreFound() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let jobs = (0..<30).map { _ in NewJob.enqueued(mark: nil) }
            for job in jobs { _ = try await fixture.storage.insert([job], isRepeated: false) }
            #expect(try await fixture.claimWaiting(limit: 10, by: owner, 1).map(\.id) == jobs[0..<10].map(\.id))
            try await fixture.sql(
                "UPDATE ns.active_job SET enqueued_at = '2020-01-01' WHERE id = $1",
                jobs[29].id.uuid
            )
            var rest = try await fixture.claimWaiting(limit: 10, by: owner, 2)
            rest += try await fixture.claimWaiting(limit: 11, by: owner, 3)
            #expect(Set(rest.map(\.id)) == Set(jobs[10...].map(\.id)))
        }
    }

    /// A claim whose transaction began before that of the enqueue which it sees.
    @Test func noClaimIsOlderThanItsEnqueue() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let job = NewJob.enqueued(mark: nil)
            try await fixture.client.withTransaction { transaction in
                // A transaction's time is that of its first statement.
                _ = try await transaction.query(PostgresStatement("SELECT now()", prepared: false))
                _ = try await fixture.storage.insert([job], isRepeated: false)
                let claim = PostgresStatement(
                    try fixture.statements.waiting.claim,
                    ["mail"],
                    [WaitingCursors.beginning],
                    ["mail.welcome"],
                    Int64(1),
                    owner.uuid,
                    Int64(1),
                    [JobPriorityLevel.normal.code]
                )
                #expect(try await transaction.query(claim).count == 1)
            }
            let history = try await fixture.storage.history(of: job.id)
            #expect(history.map(\.state) == [.enqueued, .processing])
            #expect(history[0].at <= history[1].at)
            #expect(try await fixture.job(job.id).stateAt == history[1].at)
        }
    }

    /// Each claim changes no column of an index.
    @Test func claimsWithoutMessagesAreHot() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            try await fixture.fill(1_000)
            let claimed = try await fixture.claimWaiting(limit: 1_000, by: owner, 1)
            #expect(claimed.count == 1_000)
            let counts = """
                SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'ns.active_job'::regclass
                """
            // Statistics arrive a little later.
            var updates = (all: 0, hot: 0)
            while updates.all < 1_000 {
                try await fixture.sql("SELECT pg_stat_force_next_flush()")
                let row = try #require(try await fixture.sql(counts).first)
                (updates.all, updates.hot) = try row.decode((Int, Int).self)
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(updates.hot == updates.all)
        }
    }
}

import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// How servers that wait are told of jobs.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct WakingTests {
    /// Whatever puts a job into an armed queue tells of it, once.
    @Test func everyMoveToAnArmedQueueIsTold() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let owner = try await fixture.server()
            let moves: [(String, @Sendable (String) async throws -> Void)] = [
                ("insert", { _ = try await storage.insert([.enqueued(queue: $0, mark: nil)], isRepeated: false) }),
                (
                    "uniform",
                    { queue in
                        let jobs = (0..<2).map { _ in NewJob.enqueued(queue: queue, mark: nil) }
                        _ = try await storage.insert(jobs, isRepeated: false)
                    }
                ),
                ("repeated", { _ = try await storage.insert([.enqueued(queue: $0, mark: nil)], isRepeated: true) }),
                (
                    "parts",
                    { queue in
                        var parts = [
                            [NewJob.enqueued(queue: queue, mark: nil)], [.enqueued(queue: "unarmed", mark: nil)],
                        ]
                        try await storage.insert { parts.isEmpty ? nil : parts.removeFirst() }
                    }
                ),
                (
                    "promote",
                    { queue in
                        _ = try await storage.insert([.make(queue: queue, start: .after(.zero))], isRepeated: false)
                        #expect(try await storage.promoteDue(marks: .some()).dispatches.count == 1)
                    }
                ),
                (
                    "unheld",
                    { queue in
                        let run = try await fixture.runningUntold(.enqueued(queue: queue), by: owner)
                        let runs = [OwnedRun(id: run.id, claim: run.claim)]
                        // Only one commit that tells goes through at a time, of all in PostgreSQL.
                        let back = try await fixture.untilAvailable {
                            try await storage.putBackUnheld(runs, owner: owner, marks: .some())
                        }
                        #expect(back.count == 1)
                    }
                ),
                (
                    "orphans",
                    { queue in
                        let dead = try await fixture.server()
                        _ = try await fixture.runningUntold(.enqueued(queue: queue), by: dead)
                        try await fixture.bury(dead)
                        let repair = try await fixture.untilAvailable {
                            try await storage.requeueOrphans(marks: .some())
                        }
                        #expect(repair.dispatches.count == 1)
                    }
                ),
            ]
            try await fixture.listening { told in
                for (name, move) in moves {
                    try await fixture.arm("queue \(name)")
                    try await move("queue \(name)")
                    #expect(try await told() == "queue \(name)")
                    #expect(try await fixture.armed() == [])
                }
            }
        }
    }

    /// An enqueue where nobody waits tells nothing, and one that is undone leaves the arm as it was.
    @Test func nothingElseIsTold() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            #expect(try await storage.job(.random()) == nil)
            try await fixture.listening { told in
                _ = try await storage.insert([.enqueued(queue: "never armed", mark: nil)], isRepeated: false)
                try await fixture.arm("a")
                _ = try await storage.insert([.enqueued(queue: "a", mark: nil)], isRepeated: false)
                // The arm is off by now.
                _ = try await storage.insert([.enqueued(queue: "a", mark: nil)], isRepeated: false)
                // Not ready yet.
                try await fixture.arm("b")
                _ = try await storage.insert([.make(queue: "b", start: .after(.seconds(9)))], isRepeated: false)
                await #expect(throws: CancellationError.self) {
                    var isFirst = true
                    try await storage.insert {
                        defer { isFirst = false }
                        guard isFirst else { throw CancellationError() }
                        return [.enqueued(queue: "b", mark: nil)]
                    }
                }
                let job = NewJob.enqueued(queue: "b", mark: nil)
                await #expect(throws: JobStorageError.self) {
                    // The same id twice, said to be new.
                    _ = try await storage.insert([.enqueued(job.id, queue: "elsewhere")], isRepeated: false)
                    _ = try await storage.insert([job], isRepeated: false)
                }
                #expect(try await fixture.armed() == ["b"])
                // Whose message is published.
                _ = try await storage.insert([.enqueued(queue: "b")], isRepeated: false)
                #expect(try await fixture.armed() == ["b"])
                _ = try await storage.insert([.enqueued(queue: "b", mark: nil)], isRepeated: false)
                try await fixture.arm("c")
                _ = try await storage.insert([.enqueued(queue: "c", mark: nil)], isRepeated: false)
                #expect([try await told(), try await told(), try await told()] == ["a", "b", "c"])
            }
        }
    }

    /// Two at once: one of them tells, and neither waits for the other.
    @Test func enqueuesDoNotWaitForEachOther() async throws {
        try await withStorage { fixture in
            try await fixture.arm("mail")
            let one = InsertBatch([.enqueued(mark: nil)]).statements(try fixture.statements.insert)
            try await fixture.listening { told in
                try await fixture.client.withTransaction { transaction in
                    _ = try await transaction.execute(one)
                    // The first has the arm; had it to be waited for, this would never return.
                    _ = try await fixture.storage.insert([.enqueued(mark: nil)], isRepeated: false)
                }
                try await fixture.arm("end")
                _ = try await fixture.storage.insert([.enqueued(queue: "end", mark: nil)], isRepeated: false)
                #expect([try await told(), try await told()] == ["mail", "end"])
            }
        }
    }

    /// What it costs an enqueue that nobody waits, as the server counts it: a look at one page of an index.
    @Test func anEnqueueThatNobodyWaitsForHardlyPays() async throws {
        try await withStorage { fixture in
            try await fixture.arm("mail")
            _ = try await fixture.storage.insert([.enqueued(mark: nil)], isRepeated: false)
            let statements = try fixture.statements
            try await fixture.storage.work.withConnection { connection in
                let types = "uuid, jsonb, text, text, integer, smallint, bigint, uuid, bigint"
                let prepare = "PREPARE cheap_insert (\(types)) AS \(statements.insert.oneWaking)"
                try await connection.query(PostgresStatement(prepare, prepared: false))
                let explain = """
                    EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE cheap_insert(
                        '\(UUID())', '{}', 't', 'mail', 1, 0, NULL, NULL, NULL
                    )
                    """
                let lines = try await connection.query(PostgresStatement(explain, prepared: false))
                    .map { try $0.decode(String.self, 0) }
                let text = lines.joined(separator: "\n")
                let start = try #require(lines.firstIndex { $0.contains("Update on armed_queue") }, "\(text)")
                #expect(lines[start].contains("rows=0"), "\(text)")
                let buffers = try #require(lines[(start + 1)...].first { $0.contains("Buffers:") }, "\(text)")
                let hit = buffers.firstMatch(of: #/hit=(\d+)/#).flatMap { Int($0.1) } ?? 0
                // Whoever fills the cache meanwhile may have driven a page out.
                let read = buffers.firstMatch(of: #/read=(\d+)/#).flatMap { Int($0.1) } ?? 0
                #expect((1...4).contains(hit + read) && !buffers.contains("dirtied"), "\(text)")
                #expect(!text.contains("Seq Scan"), "\(text)")
            }
        }
    }

    /// A server that waits is woken by another process's enqueue, long before it would look by itself; also when the
    /// connection was lost meanwhile over which it listens.
    @Test(arguments: [false, true]) func aWaitEndsWithASign(afterALoss: Bool) async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let job = NewJob.enqueued(mark: nil)
            try await withThrowingTaskGroup(of: JobID?.self) { group in
                group.addTask {
                    for number in 1... as PartialRangeFrom<Int64> {
                        let jobs = try await fixture.claimWaiting(limit: 1, by: owner, number)
                        if let job = jobs.first { return job.id }
                        try await fixture.storage.waitForWork(queues: ["mail", "rest"], patience: .seconds(3600))
                    }
                    return nil
                }
                while try await fixture.armed() != ["mail", "rest"] {
                    try await Task.sleep(for: .milliseconds(5))
                }
                // Past the look for what was under way while it armed, so that only the sign is left to wake it.
                try await Task.sleep(for: ArmedQueues.settling * 5)
                if afterALoss {
                    let end = """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE query LIKE 'LISTEN%' AND position($1 IN query) > 0 AND pid <> pg_backend_pid()
                        """
                    #expect(try await fixture.sql(end, try fixture.schema.workChannel).count == 1)
                }
                try await fixture.withSecondStorage { other in
                    _ = try await other.insert([job], isRepeated: false)
                }
                #expect(try await group.next() == job.id)
            }
        }
    }

    @Test func aWaitEndsWithItsPatienceOrItsTask() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            // Its connection, the arms, the look soon after, and at last a wait for nothing.
            for _ in 0..<5 { try await fixture.storage.waitForWork(queues: ["mail"], patience: .milliseconds(100)) }
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fixture.storage.waitForWork(queues: ["mail"], patience: .seconds(3600)) }
                group.cancelAll()
            }
        }
    }
}

extension StorageFixture {
    /// What servers that wait are told, one word after the other.
    func listening(_ body: (_ told: () async throws -> String) async throws -> Void) async throws {
        var events = client.notifications(try schema.workChannel).makeAsyncIterator()
        #expect(try await events.next() == .listening)
        try await body {
            while let event = try await events.next() {
                if case .notification(let word) = event { return word.payload }
            }
            throw CancellationError()
        }
    }

    /// Arms a queue.
    func arm(_ queue: String) async throws {
        #expect(try await storage.job(.random()) == nil)
        try await client.query(PostgresStatement(try statements.waiting.arm, [queue]))
    }

    /// The queues that are armed.
    func armed() async throws -> [String] {
        try await sql("SELECT queue FROM ns.armed_queue WHERE is_armed ORDER BY queue").map {
            try $0.decode(String.self, 0)
        }
    }

    /// Stores a job and claims it while its queue is not armed; then arms it again.
    func runningUntold(_ job: NewJob, by owner: ServerEpoch) async throws -> ClaimedJob {
        try await sql("UPDATE ns.armed_queue SET is_armed = false WHERE queue = $1", job.queue)
        let run = try await running(job, by: owner)
        try await arm(job.queue)
        return run
    }

    /// Claims without messages.
    func claimWaiting(
        _ queues: [String] = ["mail"],
        names: [String] = ["mail.welcome"],
        limit: Int,
        by owner: ServerEpoch,
        _ claim: Int64
    ) async throws -> [ClaimedJob] {
        try await storage.claimWaiting(queues: queues, names: names, limit: limit, owner: owner, claim: claim)
    }
}

extension PublishMark {
    static func random() -> PublishMark { PublishMark(session: .random(), sequence: 1) }
}

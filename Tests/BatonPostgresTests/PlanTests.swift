import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// The traps that were measured: plans made on an empty table, and updates that are not HOT.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct PlanTests {
    /// The generic plans of the hot statements use the primary key, whether the tables are empty or full.
    @Test func hotStatementsNeverScan() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let statements = try fixture.statements
            let ids = "ARRAY['\(UUID().uuidString)']::uuid[]"
            let me = "'\(UUID().uuidString)'"
            let fence = "\(ids), \(me), '{1}', '{1}', '{1}'"
            let one = "uuid, jsonb, text, text, integer, smallint, bigint, uuid, bigint"
            let calls: [(name: String, sql: String, types: String, arguments: String)] = [
                ("claim", statements.claim.claim, "uuid[], integer[], uuid, bigint", "\(ids), '{1}', \(me), 1"),
                (
                    "waiting", statements.waiting.claim,
                    "text[], timestamptz[], text[], bigint, uuid, bigint, integer[]",
                    "'{mail,mail,rest}', '{-infinity,-infinity,-infinity}', '{mail.welcome}', 5, \(me), 1, '{3,1,1}'"
                ),
                (
                    "marked", statements.waiting.claimMarked,
                    "text[], uuid, text[], bigint, uuid, bigint, bigint, integer[]",
                    "'{mail,rest}', \(me), '{mail.welcome}', 5, \(me), 1, 1000, '{3,2,1,0}'"
                ),
                ("arm", statements.waiting.arm, "text[]", "'{mail}'"),
                ("standing", statements.claim.standing, "uuid[], uuid", "\(ids), \(me)"),
                ("postpone", statements.claim.postpone, "uuid[], integer[], bigint, text", "\(ids), '{1}', 1, 'r'"),
                (
                    "succeeded", statements.completion.succeeded, "uuid[], uuid, bigint[], float8[], float8[], jsonb[]",
                    "\(fence), '{7}'"
                ),
                (
                    "putback", statements.completion.putBack,
                    "uuid[], uuid, bigint[], float8[], float8[], text[], bigint[]", "\(fence), '{r}', '{1}'"
                ),
                (
                    "discard", statements.completion.deleted,
                    "uuid[], uuid, bigint[], float8[], float8[], text[], text[], text[], text[]",
                    "\(fence), '{e}', '{m}', '{d}', '{r}'"
                ),
                (
                    "progress", statements.completion.progress, "uuid[], uuid, bigint[], float8[], text[]",
                    "\(ids), \(me), '{1}', '{0.5}', '{m}'"
                ),
                ("takeback", statements.insert.takeBackEnqueued, "uuid[]", ids),
                ("delete", statements.lookup.delete, "uuid, text, smallint", "\(me), 'r', NULL"),
                (
                    "deletes", statements.lookup.deleteMany, "uuid[], text, smallint[], integer[]",
                    "\(ids), 'r', '{2}', '{1}'"
                ),
                (
                    "requeue", statements.requeue.requeue, "uuid[], uuid, bigint, text, smallint[], integer[]",
                    "\(ids), \(me), 1, 'r', '{NULL}', '{1}'"
                ),
                (
                    "promote", statements.schedule.promote, "uuid, bigint, bigint, uuid[], text[], bigint[], bigint",
                    "\(me), 1, 200, \(ids), '{mail}', '{20}', 10"
                ),
                ("stands", statements.requeue.standing, "uuid[]", ids),
                ("mark", statements.transaction.mark, "uuid[], uuid, bigint, text[]", "\(ids), \(me), 1, '{mail}'"),
                (
                    "submit", statements.submission.submit,
                    """
                    uuid[], uuid[], text[], text[], text[], text[], jsonb[], integer[], smallint[], bigint[], jsonb[],
                    timestamptz[], timestamptz[], timestamptz[], jsonb[], smallint[], bigint, uuid, bigint, bigint, uuid, bigint
                    """,
                    """
                    \(ids), \(ids), '{s}', '{m}', '{t}', '{mail}', ARRAY['{}'::jsonb], '{10}', '{0}', '{NULL}', '{NULL}',
                    '{NULL}', '{NULL}', '{NULL}', ARRAY['{}'::jsonb], '{1}', 1000000, \(me), 1, 1, \(me), 1
                    """
                ),
                (
                    "take", statements.submission.claim,
                    """
                    uuid[], text[], text[], text[], text[], jsonb[], integer[], smallint[], bigint[], jsonb[],
                    timestamptz[], timestamptz[], timestamptz[], jsonb[], bigint, uuid, bigint
                    """,
                    """
                    \(ids), '{s}', '{m}', '{t}', '{mail}', ARRAY['{}'::jsonb], '{10}', '{0}', '{NULL}', '{NULL}', '{NULL}',
                    '{NULL}', '{NULL}', ARRAY['{}'::jsonb], 1000000, \(me), 1
                    """
                ),
                (
                    "takeone", statements.submission.claimOne,
                    """
                    uuid, text, text, text, text, jsonb, integer, smallint, bigint, jsonb, timestamptz, timestamptz,
                    timestamptz, jsonb, bigint, uuid, bigint
                    """,
                    "\(me), 's', 'm', 't', 'mail', '{}', 10, 0, NULL, NULL, NULL, NULL, NULL, '{}', 1000000, \(me), 1"
                ),
                ("one", statements.insert.one, one, "\(me), '{}', 't', 'mail', 10, 0, NULL, \(me), 1"),
                ("onewaking", statements.insert.oneWaking, one, "\(me), '{}', 't', 'mail', 10, 0, NULL, NULL, NULL"),
                ("job", statements.lookup.job, "uuid", me),
                ("history", statements.lookup.history, "uuid", me),
            ]
            try await fixture.storage.work.withConnection { connection in
                func plan(_ name: String, _ arguments: String) async throws -> String {
                    let explain = "EXPLAIN (COSTS OFF) EXECUTE trap_\(name)(\(arguments))"
                    return try await connection.query(PostgresStatement(explain, prepared: false))
                        .map { try $0.decode(String.self, 0) }.joined(separator: "\n")
                }
                func check(_ when: String) async throws {
                    for call in calls {
                        let text = try await plan(call.name, call.arguments)
                        for table in ["active_job", "scheduled_job", "failed_job", "finished_job", "submission"] {
                            #expect(!text.contains("Seq Scan on \(table)"), "\(call.name), \(when): \(text)")
                        }
                        #expect(!text.contains("Bitmap"), "\(call.name), \(when): \(text)")
                        #expect(text.indexesReadWhole.isEmpty, "\(call.name), \(when): \(text)")
                        let wantsOrder = call.name == "waiting"
                        for index in ["active_job_waiting", "active_job_priority"] {
                            #expect(text.contains(index) == wantsOrder, "\(call.name), \(when): \(text)")
                        }
                        #expect(!wantsOrder || !text.contains("Sort"), "\(call.name), \(when): \(text)")
                    }
                }
                for call in calls {
                    let prepare = "PREPARE trap_\(call.name) (\(call.types)) AS \(call.sql)"
                    try await connection.query(PostgresStatement(prepare, prepared: false))
                }
                try await check("empty")
                // Known to be empty, where a new table is guessed to have some rows.
                try await fixture.sql("VACUUM ANALYZE ns.active_job")
                try await check("empty, analysed")
                try await fixture.fill(5_000)
                // The plans made on the empty tables, still in the cache.
                try await check("full, plans of the empty tables")
                try await fixture.sql("ANALYZE ns.active_job")
                try await check("full, analysed")
            }
        }
    }

    /// Every claim of every row of a full page finds room on it.
    @Test func claimsAreHot() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            for batch in 0..<10 as Range<Int64> {
                let jobs = (0..<500).map { _ in NewJob.enqueued() }
                _ = try await fixture.storage.insert(jobs, isRepeated: false)
                let claimed = try await fixture.storage.claim(jobs.map { $0.message() }, owner: owner, claim: batch)
                #expect(claimed.allSatisfy { $0.job != nil })
            }
            let counts = """
                SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'ns.active_job'::regclass
                """
            // Statistics arrive a little later.
            var updates = (all: 0, hot: 0)
            while updates.all < 5_000 {
                try await fixture.sql("SELECT pg_stat_force_next_flush()")
                let row = try #require(try await fixture.sql(counts).first)
                (updates.all, updates.hot) = try row.decode((Int, Int).self)
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(updates.hot == updates.all)
        }
    }

    /// 10,000 jobs through their whole life: a transaction serves a batch.
    ///
    /// All rows of a transaction bear its time.
    @Test func jobsTravelInBatches() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            for batch in 0..<20 as Range<Int64> {
                let jobs = (0..<500).map { _ in NewJob.enqueued() }
                _ = try await fixture.storage.insert(jobs, isRepeated: false)
                let claimed = try await fixture.storage.claim(jobs.map { $0.message() }, owner: owner, claim: batch)
                let ends = claimed.compactMap(\.job).map { Completion.make($0, .succeeded(result: nil)) }
                let outcomes = try await fixture.storage.complete(ends, owner: owner)
                #expect(outcomes == Array(repeating: .applied, count: 500))
            }
            let transactions = try await fixture.sql(
                "SELECT state, count(*), count(DISTINCT at) FROM ns.job_history GROUP BY state ORDER BY state"
            ).map { try $0.decode((String, Int, Int).self) }
            #expect(transactions.map(\.0) == ["enqueued", "processing", "succeeded"])
            #expect(transactions.allSatisfy { $0.1 == 10_000 && $0.2 == 20 })
        }
    }

    /// What is asked again and again while many jobs are due reads no more than it moves, by the plan of the empty table.
    @Test func aPromotionFollowsWhatItMoves() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let statements = try fixture.statements
            try await fixture.storage.work.withConnection { connection in
                let types = "uuid, bigint, bigint, uuid[], text[], bigint[], bigint"
                let prepare = "PREPARE trap_promote (\(types)) AS \(statements.schedule.promote)"
                try await connection.query(PostgresStatement(prepare, prepared: false))
                func blocks(_ window: Int) async throws -> Int {
                    let arguments = "NULL, NULL, 200, '{}', '{mail}', '{\(window)}', 10"
                    let explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE trap_promote(\(arguments))"
                    return try await connection.query(PostgresStatement(explain, prepared: false)).blocks()
                }
                _ = try await blocks(10)
                for _ in 0..<20 {
                    let due = (0..<500).map { _ in NewJob.make(start: .after(.seconds(-1))) }
                    _ = try await fixture.storage.insert(due, isRepeated: false)
                }
                // The table has hundreds of pages.
                #expect(try await blocks(10) < 400)
                #expect(try await blocks(0) < 100)
            }
        }
    }

    /// What the reconciler asks each few seconds does not read the backlog.
    @Test func theLookForUnpublishedRowsFollowsWhatIsUnconfirmed() async throws {
        try await withStorage { fixture in
            let session = PublisherSession.random()
            try await fixture.fill(20_000, session: session)
            try await fixture.storage.saveWatermark(
                PublisherWatermark(session: session, confirmedBelow: 19_990, pending: [5, 70]),
                lease: .seconds(60)
            )
            try await fixture.sql("ANALYZE ns.active_job")
            let explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE trap_adopt('\(UUID())', 1, 100, 'r', 0)"
            let statements = try fixture.statements
            try await fixture.storage.upkeep.withConnection { connection in
                let prepare =
                    "PREPARE trap_adopt (uuid, bigint, bigint, text, bigint) AS \(statements.reconciler.adopt)"
                try await connection.query(PostgresStatement(prepare, prepared: false))
                // The table has thousands of pages; thirteen rows are moved.
                #expect(try await connection.query(PostgresStatement(explain, prepared: false)).blocks() < 500)
            }
        }
    }
}

extension String {
    /// The scans of a plan that read an index from end to end, which is no better than the table: a hash of all rows.
    ///
    /// But for the one that stops at as many rows as are promoted: see ``PlanTests/aPromotionFollowsWhatItMoves()``.
    fileprivate var indexesReadWhole: [Substring] {
        let lines = split(separator: "\n")
        return zip(lines, lines.dropFirst() + [""]).filter { scan, condition in
            scan.contains(/Index (Only )?Scan using \S+ on ((active|scheduled|failed|finished)_job|submission)/)
                && !scan.contains("scheduled_job_pace") && !condition.contains("Index Cond")
        }.map(\.0)
    }
}

extension PostgresResult {
    /// How many blocks a statement read that was explained as JSON.
    fileprivate func blocks() throws -> Int {
        struct Plan: Decodable {
            struct Root: Decodable {
                var read: Int
                var hit: Int
                enum CodingKeys: String, CodingKey {
                    case read = "Shared Read Blocks"
                    case hit = "Shared Hit Blocks"
                }
            }
            var plan: Root
            enum CodingKeys: String, CodingKey { case plan = "Plan" }
        }
        let text = try self[0].decode(PostgresJSON.self, 0).text
        let plan = try JSONDecoder().decode([Plan].self, from: Data(text.utf8))[0].plan
        return plan.read + plan.hit
    }
}

extension StorageFixture {
    /// Fills the active table with enqueued jobs.
    func fill(_ count: Int, session: PublisherSession = .random()) async throws {
        for start in stride(from: 0, to: count, by: 1000) {
            let jobs = (start..<min(start + 1000, count)).map {
                NewJob.enqueued(mark: PublishMark(session: session, sequence: Int64($0 + 1)))
            }
            #expect(try await storage.insert(jobs, isRepeated: false).count == jobs.count)
        }
    }
}

import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// What is asked again and again while much waits reads a bounded part of it, whatever is known of the table.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct ProbePlanTests {
    @Test func looksAreBounded() async throws {
        try await withStorage { fixture in
            let (session, small) = (PublisherSession.random(), PublisherSession.random())
            _ = try await fixture.storage.job(.random())
            // Known to be empty.
            try await fixture.sql("ALTER TABLE ns.active_job SET (autovacuum_enabled = off)")
            try await fixture.sql("VACUUM ANALYZE ns.active_job")
            try await fixture.pour(10, queue: "early", session: small)
            try await fixture.pour(200_000, queue: "rest", session: session)
            try await fixture.pour(10, queue: "late", session: small, from: 11)
            try await fixture.confirm(session, through: 200_000)
            try await fixture.confirm(small, through: 20)
            let blocks = try await fixture.value(
                Int.self,
                "SELECT pg_relation_size('ns.active_job') / current_setting('block_size')::bigint"
            )
            try #require(blocks > 12_000)
            // Look by look the whole table is seen, and then once more.
            var found: [[String]] = []
            for _ in 0..<(blocks / 8_192 + 1) * 2 {
                let queues = try await fixture.storage.findWaiting(longerThan: .seconds(60), interval: .zero)
                found.append(queues.map(\.name))
            }
            #expect(found.count { $0.contains("early") } == 2, "\(found)")
            #expect(found.count { $0.contains("late") } == 2, "\(found)")
            #expect(!found.contains { $0.contains("early") && $0.contains("late") })

            for isAnalysed in [false, true] {
                if isAnalysed { try await fixture.sql("ANALYZE ns.active_job") }
                try await fixture.loss(of: "early")
                let loss = try fixture.statements.loss
                let plans = [
                    try await fixture.plan(loss.findWaiting, "text, text, bigint", "'(0,0)', '(8192,0)', 60000000"),
                    try await fixture.plan(
                        try fixture.statements.server.audit,
                        "uuid, uuid[], text, text, timestamptz, uuid[]",
                        "'\(UUID())', '{}', '(0,0)', '(8192,0)', NULL, '{}'"
                    ),
                    try await fixture.plan(
                        try fixture.statements.reconciler.survey,
                        "bigint, text, text, timestamptz",
                        "60000000, '(0,0)', '(8192,0)', NULL"
                    ),
                    try await fixture.plan(loss.requeue, "uuid, bigint, bigint, text", "'\(UUID())', 1, 100, 'lost'"),
                ]
                // A look reads its stretch; a step of the walk at most two thousand rows and their places in the index.
                for (plan, bound) in zip(plans, [8_300, 8_300, 8_600, 6_000]) {
                    #expect(plan.blocks <= bound, "analysed: \(isAnalysed), \(plan.text)")
                }
                for plan in plans.dropLast() { #expect(plan.text.contains("Tid Range Scan"), "\(plan.text)") }
            }
        }
    }
}

extension StorageFixture {
    /// Runs a statement as the storage plans it, and tells how many blocks it read.
    func plan(_ sql: String, _ types: String, _ arguments: String) async throws -> (blocks: Int, text: String) {
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
        return try await storage.upkeep.withConnection { connection in
            try await connection.query(PostgresStatement("PREPARE looked (\(types)) AS \(sql)", prepared: false))
            let explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE looked (\(arguments))"
            let row = try await connection.query(PostgresStatement(explain, prepared: false))[0]
            try await connection.query(PostgresStatement("DEALLOCATE looked", prepared: false))
            let text = try row.decode(PostgresJSON.self, 0).text
            let plans = try JSONDecoder().decode([Plan].self, from: Data(text.utf8))
            return (plans[0].plan.read + plans[0].plan.hit, text)
        }
    }
}

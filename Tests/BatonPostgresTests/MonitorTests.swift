import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// What only PostgreSQL has: tables to look at in stretches.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct MonitorTests {
    /// A rare job is found behind more rows than one look goes through.
    @Test func aLookIsBoundedAndGoesOnWhereItEnded() async throws {
        try await withStorage { fixture in
            let rare = NewJob.enqueued(name: "rare")
            _ = try await fixture.storage.insert([rare], isRepeated: false)
            try await fixture.fill(MonitorStatements.stretch + 1_000)
            let filter = JobFilter(states: [.enqueued], name: "rare")
            let first = try await fixture.storage.jobs(matching: filter, after: nil, limit: 10)
            #expect(first.jobs.isEmpty)
            let cursor = try #require(first.next)
            let second = try await fixture.storage.jobs(matching: filter, after: cursor, limit: 10)
            #expect(second.jobs.map(\.id) == [rare.id] && second.next == nil)
            // No bitmap over the whole table, no sort of it.
            try await fixture.sql("ANALYZE ns.active_job")
            let sql = try fixture.statements.monitor.jobs(in: [.enqueued], hasCursor: false, hasIDs: false)
            let plan = try await fixture.sql(
                "EXPLAIN (COSTS OFF) \(sql)"
                    .replacingOccurrences(of: "$1", with: "'{2}'").replacingOccurrences(of: "$2", with: "NULL")
                    .replacingOccurrences(of: "$3", with: "NULL").replacingOccurrences(of: "$4", with: "10")
                    .replacingOccurrences(of: "$5", with: "10000")
            ).map { try $0.decode(String.self, 0) }.joined(separator: "\n")
            #expect(!plan.contains("Seq Scan on active_job"), "\(plan)")
            #expect(plan.contains("Index Scan Backward using active_job_pkey"), "\(plan)")
        }
    }

    @Test func queuesSayWhenThereIsMore() async throws {
        try await withStorage { fixture in
            try await fixture.fill(20)
            let sql = try fixture.statements.monitor.queues.replacingOccurrences(of: "$1", with: "10")
            let row = try #require(try await fixture.sql(sql).first)
            #expect(try row.decode(Int.self, 1) == 10)
            #expect(try row.decode(Bool.self, 7))
            #expect(try await fixture.storage.queues().map(\.isPartial) == [false])
        }
    }
}

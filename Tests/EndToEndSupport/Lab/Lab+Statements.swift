package import Foundation
package import PostgresClient

extension Lab {
    /// How often statements on this Baton's tables were run, by the database's own statistics.
    ///
    /// - Returns: The number of calls.
    /// - Throws: `PostgresError`.
    package func statementCalls() async throws -> Int {
        try await callsByStatement().values.reduce(0, +)
    }

    /// How often a server asks the database that has nothing to do, over a minute.
    ///
    /// It is measured past what follows a start: the first tidying up, heartbeats that come sooner until others see both
    /// connections stand, and looks for what may be committed without a sign by transactions that are older than the server.
    /// Other tests have such open, in the same database.
    ///
    /// - Returns: The rate.
    /// - Throws: `PostgresError`, or ``LabError`` when some transaction does not end.
    package func idleRate() async throws -> StatementRate {
        try await Task.sleep(for: .seconds(15))
        let horizon = try await value(Int64.self, "SELECT pg_current_xact_id()::text::bigint")
        try await eventually("transactions that were open are over") {
            try await value(Int64.self, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint") > horizon
        }
        let (before, start) = (try await callsByStatement(), try await now())
        // What is measured is a rate, so time must pass.
        try await Task.sleep(for: .seconds(60))
        let (after, end) = (try await callsByStatement(), try await now())
        return StatementRate(before: before, after: after, seconds: end.timeIntervalSince(start))
    }

    private func callsByStatement() async throws -> [String: Int] {
        let rows = try await query(
            """
            SELECT query, sum(calls)::bigint FROM pg_stat_statements
            WHERE query LIKE '%' || $1 || '%' AND query NOT LIKE '%.jobs%' AND query NOT LIKE '%pg_stat_statements%'
            GROUP BY query
            """,
            schema
        )
        var calls: [String: Int] = [:]
        for row in rows {
            let (statement, count) = try row.decode((String, Int).self)
            calls[statement] = count
        }
        return calls
    }
}

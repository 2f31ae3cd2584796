import Baton
import PostgresClient

/// A server that has nothing to run reconciles, while jobs that nothing is wrong with wait in another queue.
struct ReconcileScenario: Scenario {
    /// How many wait.
    let jobs: Int
    /// For how many seconds it is watched.
    let duration: Int

    private static let chunk = 100_000
    /// How long a server is left alone when it has started, before it is watched.
    private static let settling = Duration.seconds(5)
    private static let session = "'00000000-0000-4000-8000-000000000001'::uuid"

    var name: String { "reconcile" }
    var settings: [String: JSONValue] { ["watched_seconds": .integer(duration)] }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let watch = ReconcilerWatch()
        let rig = Rig(environment, options, watch: watch)
        return try await rig.running {
            // The others are copied from it.
            try await rig.jobs.enqueue(NoOp())
            try await rig.waitUntilPublished()
            try await fill(rig)
            await rig.settle()
            return try await rig.withServers {
                NoOp.self
            } while: { _ in
                try await Task.sleep(for: Self.settling)
                return try await measure(rig, watch)
            }
        }
    }

    private func measure(_ rig: Rig, _ watch: ReconcilerWatch) async throws -> Figures {
        let meter = try await DatabaseMeter(rig.database, namespace: rig.namespace)
        let rowsBefore = try await rowsRead(rig)
        let before = try await meter.read()
        watch.reset()
        let start = MonotonicClock.now
        try await Task.sleep(for: .seconds(duration))
        let passes = watch.surveys.count
        let after = try await meter.read()
        let rowsAfter = try await rowsRead(rig)

        guard passes > 0 else {
            throw BenchError(.failure, "The server made no pass within \(duration) s.")
        }
        var figures = Figures()
        figures[.seconds] = Double(MonotonicClock.now - start) / 1e9
        figures[.reconcilePasses] = Double(passes)
        figures[.surveyP50] = watch.surveys.percentiles?.p50
        figures[.surveyMax] = watch.surveys.percentiles?.max
        figures[.lookP50] = watch.looks.percentiles?.p50
        figures[.lookMax] = watch.looks.percentiles?.max
        figures[.passStatements] = Double(after.statements - before.statements) / Double(passes)
        figures[.passRows] = Double(rowsAfter - rowsBefore) / Double(passes)
        try await checkThatAllWait(rig)
        return figures
    }

    private func checkThatAllWait(_ rig: Rig) async throws {
        let sql = "SELECT count(*) FROM \"\(rig.namespace)\".active_job WHERE session = \(Self.session) AND run = 0"
        let count = try await rig.database.query(PostgresStatement(sql, prepared: false)).first?.decode(Int.self, 0)
        guard count == jobs else {
            throw BenchError(.failure, "Of \(jobs) jobs that nothing is wrong with, \(count ?? 0) were left alone.")
        }
    }

    /// Rows of the jobs' table that anybody has read, by scans or over indexes.
    private func rowsRead(_ rig: Rig) async throws -> Int {
        // What a session has counted is told a second after, at the latest.
        try await Task.sleep(for: .milliseconds(1_500))
        let sql = """
            SELECT (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_all_tables
            WHERE schemaname = $1 AND relname = 'active_job'
            """
        return try await rig.database.query(PostgresStatement(sql, rig.namespace, prepared: false)).first?
            .decode(Int.self, 0) ?? 0
    }

    /// Puts rows into the table that were published and confirmed by somebody who lives, and have not waited for long.
    private func fill(_ rig: Rig) async throws {
        let schema = "\"\(rig.namespace)\""
        try await rig.database.query(
            PostgresStatement(
                """
                INSERT INTO \(schema).publisher_session (session, confirmed_below, pending, lease_until)
                VALUES (\(Self.session), \(Int64.max), '{}', now() + interval '1 day')
                """,
                prepared: false
            )
        )
        for first in stride(from: 0, to: jobs, by: Self.chunk) {
            try await rig.database.query(
                PostgresStatement(
                    """
                    INSERT INTO \(schema).active_job (id, created_at, enqueued_at, state_at, seq, generation, run, attempt,
                        max_attempts, state, priority, session, type, queue, arguments, history)
                    SELECT (lpad(to_hex(n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, j.created_at,
                        now() + interval '1 day', j.state_at, n, j.generation, j.run, j.attempt, j.max_attempts, j.state,
                        j.priority, \(Self.session), 'bench.waiting', 'waiting', j.arguments, j.history
                    FROM generate_series($1::bigint, $2::bigint) AS n, \(schema).active_job AS j
                    WHERE j.queue = '\(Rig.queue)'
                    """,
                    first,
                    min(first + Self.chunk, jobs) - 1,
                    prepared: false
                )
            )
        }
        try await rig.database.query(PostgresStatement("VACUUM (ANALYZE) \(schema).active_job", prepared: false))
    }
}

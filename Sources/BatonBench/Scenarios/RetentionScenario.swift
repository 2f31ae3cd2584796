import Baton
import PostgresClient

/// Jobs of a day that is long over are counted, then removed.
struct RetentionScenario: Scenario {
    /// How many there are.
    let jobs: Int
    /// Every n-th of them is to stay, so that the day cannot go as a whole; `nil`: none is.
    let kept: Int?

    private static let chunk = 500_000
    private static let daysAgo = 10
    private static let keptName = "bench.kept"
    /// What a server removes at a time.
    private static let batch = 5_000
    /// The number by which a row says that its job has succeeded.
    private static let succeeded = 4

    var name: String { "retention" }
    var hasServers: Bool { false }
    var settings: [String: JSONValue] { kept.map { ["kept_every": .integer($0)] } ?? [:] }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let rig = Rig(environment, options)
        return try await rig.running {
            // With it the schema is there.
            try await rig.jobs.enqueue(NoOp())
            try await rig.waitUntilPublished()
            try await fill(rig)
            await rig.settle()

            let forEver = RetentionTimes(succeeded: nil, deleted: nil, failed: nil)
            let counted = try await retain(RetentionPolicy(forEver), rig)
            let meters = try await Meters(rig)
            let before = try await meters.start()
            let start = MonotonicClock.now
            let policy = RetentionPolicy(timesByName: kept == nil ? [:] : [Self.keptName: forEver])
            let done = try await retain(policy, rig)
            var figures = try await meters.figures(since: before, jobs: done.removed)
            figures.setDuration(from: start, to: done.removedAt, jobs: done.removed)
            figures[.retentionCounting] = counted.seconds
            figures[.retentionLongest] = done.longest * 1e3
            figures[.retentionFiles] = done.seconds
            try await check(done.removed, rig)
            return figures
        }
    }

    /// What steps of retention did.
    private struct Course {
        /// All of them together.
        var seconds = 0.0
        var longest = 0.0
        var removed = 0
        /// When the last job was removed.
        var removedAt = MonotonicClock.now
    }

    private func retain(_ policy: RetentionPolicy, _ rig: Rig) async throws -> Course {
        var course = Course()
        while true {
            let start = MonotonicClock.now
            let step = try await rig.storage.retain(policy, limit: Self.batch)
            let taken = Double(MonotonicClock.now - start) / 1e9
            course.seconds += taken
            course.longest = max(course.longest, taken)
            let removed = step.removed.values.reduce(0, +)
            course.removed += removed
            if removed > 0 { course.removedAt = MonotonicClock.now }
            guard step.hasMore else { return course }
        }
    }

    private func check(_ removed: Int, _ rig: Rig) async throws {
        let stay = kept.map { jobs / $0 } ?? 0
        let sql = "SELECT count(*) FROM \"\(rig.namespace)\".finished_job"
        let left = try await rig.database.query(PostgresStatement(sql, prepared: false)).first?.decode(Int.self, 0)
        guard removed == jobs - stay, left == stay else {
            let found = "\(removed) of \(jobs - stay) jobs were removed, \(left ?? 0) of \(stay) are left"
            throw BenchError(.failure, "\(found).")
        }
    }

    /// Makes the day, and puts rows into it.
    private func fill(_ rig: Rig) async throws {
        let schema = "\"\(rig.namespace)\""
        let day = "SELECT (date_trunc('day', now(), 'UTC') - \(Self.daysAgo) * interval '24 hours')::text"
        // Once: what follows may last past midnight.
        let date = try await rig.database.query(PostgresStatement(day, prepared: false)).first?.decode(String.self, 0)
        let start = "'\(date ?? "")'::timestamptz"
        try await rig.database.query(
            PostgresStatement(
                """
                DO $$ BEGIN
                    EXECUTE format(
                        'CREATE TABLE \(schema).%1$I PARTITION OF \(schema).finished_job FOR VALUES FROM (%2$L) TO (%3$L)',
                        'finished_job_' || to_char((\(start)) AT TIME ZONE 'UTC', 'YYYYMMDD'),
                        \(start), \(start) + interval '24 hours'
                    );
                    UPDATE \(schema).retention SET counted_until = \(start);
                END $$
                """,
                prepared: false
            )
        )
        for first in stride(from: 0, to: jobs, by: Self.chunk) {
            try await rig.database.query(
                PostgresStatement(
                    """
                    INSERT INTO \(schema).finished_job (id, created_at, enqueued_at, state_at, generation, run, attempt,
                        max_attempts, state, priority, type, queue, arguments, history)
                    SELECT (lpad(to_hex(n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, t, t, t, 1, 1, 1, 10,
                        \(Self.succeeded), 0, CASE WHEN n % $3::bigint = 0 THEN '\(Self.keptName)' ELSE 'bench.no-op' END,
                        '\(Rig.queue)', j.arguments,
                        j.history || ROW(t, \(Self.succeeded), NULL, NULL, 1, 1, 1, '{"duration_ms": 1}')::\(schema).transition
                    FROM generate_series($1::bigint, $2::bigint) AS n
                    CROSS JOIN LATERAL (
                        SELECT \(start) + n * interval '24 hours' / \(jobs + 1)
                    ) AS a (t)
                    CROSS JOIN \(schema).active_job AS j
                    """,
                    first + 1,
                    min(first + Self.chunk, jobs),
                    kept ?? .max,
                    prepared: false
                )
            )
        }
        try await rig.database.query(PostgresStatement("VACUUM (ANALYZE) \(schema).finished_job", prepared: false))
    }
}

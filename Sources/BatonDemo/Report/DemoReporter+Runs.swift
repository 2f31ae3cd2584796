import Baton
import Foundation
import PostgresClient

extension DemoReporter {
    private func query(_ sql: String) async throws(PostgresError) -> PostgresResult {
        try await database.client.query(
            PostgresStatement(sql, Array(course.paths.keys.map(\.uuid)), database.name, course.killed)
        )
    }

    /// What the killed worker left behind, and when it went on.
    func kill() async throws -> DemoReport.Kill {
        let rows = try await query(
            """
            WITH kill AS (
                SELECT at FROM baton_demo.event WHERE demo = $2 AND kind = 'kill' AND pid = $3
            ), again AS (
                SELECT killed.job_id, killed.ended_at IS NULL AS was_running, (
                    SELECT min(r.started_at) FROM baton_demo.run AS r
                    WHERE r.job_id = killed.job_id AND r.started_at > killed.started_at
                ) - (SELECT at FROM kill) AS wait, (
                    SELECT min(h.at) FROM \(database.schema).job_history AS h
                    WHERE h.job_id = killed.job_id AND h.state = 'enqueued' AND h.at > (SELECT at FROM kill)
                ) - (SELECT at FROM kill) AS back
                FROM baton_demo.run AS killed WHERE killed.job_id = ANY ($1) AND killed.pid = $3
            ), seconds AS (
                SELECT was_running, extract(epoch FROM wait)::float8 AS wait, extract(epoch FROM back)::float8 AS back
                FROM again WHERE wait > interval '0'
            )
            SELECT (SELECT count(*) FROM again WHERE was_running), count(*), count(*) FILTER (WHERE NOT was_running), min(wait),
                percentile_cont(0.5) WITHIN GROUP (ORDER BY wait), max(wait), max(back)
            FROM seconds
            """
        )
        guard let row = rows.first else {
            return DemoReport.Kill(running: 0, rerun: 0, rerunAfterWork: 0, recovery: nil)
        }
        let (running, rerun, rerunAfterWork, shortest, median, longest, requeued) = try row.decode(
            (Int, Int, Int, Double?, Double?, Double?, Double?).self
        )
        var recovery: DemoReport.Recovery?
        if let shortest, let median, let longest, let requeued {
            recovery = DemoReport.Recovery(shortest: shortest, median: median, longest: longest, requeued: requeued)
        }
        return DemoReport.Kill(running: running, rerun: rerun, rerunAfterWork: rerunAfterWork, recovery: recovery)
    }

    /// The jobs with more than one run.
    func jobsRunAgain() async throws -> [UUID] {
        let rows = try await query(
            """
            SELECT job_id FROM baton_demo.run WHERE job_id = ANY ($1) AND $2::text IS NOT NULL AND $3::bigint IS NOT NULL
            GROUP BY job_id HAVING count(*) > 1
            """
        )
        return try rows.map { try $0.decode(UUID.self, 0) }
    }

    /// Why jobs left the hands of a server without an end, from their histories.
    func reasons(_ jobs: [UUID]) async throws -> [(reason: String, jobs: Int)] {
        let rows = try await database.client.query(
            PostgresStatement(
                """
                SELECT coalesce(reason, 'no reason given'), count(DISTINCT job_id) FROM (
                    SELECT job_id, state, reason, lag(state) OVER (PARTITION BY job_id ORDER BY seq) AS before
                    FROM \(database.schema).job_history WHERE job_id = ANY ($1)
                ) AS h
                WHERE before = 'processing' AND state IN ('enqueued', 'scheduled')
                GROUP BY 1 ORDER BY 2 DESC, 1
                """,
                jobs
            )
        )
        return try rows.map { row in
            let (reason, jobs) = try row.decode((String, Int).self)
            return (reason, jobs)
        }
    }

    /// Pairs of runs of one job at one time.
    ///
    /// A killed worker's runs end with its process.
    func overlaps() async throws -> Int {
        let rows = try await query(
            """
            WITH r AS (
                SELECT job_id, id, started_at, coalesce(
                    ended_at,
                    (SELECT at FROM baton_demo.event WHERE demo = $2 AND kind = 'killed' AND pid = $3 AND run.pid = $3),
                    'infinity'
                ) AS ended_at
                FROM baton_demo.run WHERE job_id = ANY ($1)
            )
            SELECT count(*) FROM r AS a JOIN r AS b ON b.job_id = a.job_id AND b.id > a.id
            WHERE a.started_at < b.ended_at AND b.started_at < a.ended_at
            """
        )
        return try rows.first?.decode(Int.self, 0) ?? 0
    }

    /// From the commit's time of the enqueue to the start of the first run.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - event: Leaves out the jobs enqueued after it.
    /// - Returns: The percentiles.
    /// - Throws: `PostgresError`.
    func latency(of jobs: [JobID], before event: DemoEvent? = nil) async throws -> DemoReport.Percentiles {
        let rows = try await database.client.query(
            PostgresStatement(
                """
                WITH first AS (
                    SELECT job_id, min(started_at) AS started_at FROM baton_demo.run WHERE job_id = ANY ($1)
                    GROUP BY job_id
                ), wait AS (
                    SELECT extract(epoch FROM f.started_at - j.created_at)::float8 * 1000 AS ms
                    FROM first AS f JOIN \(database.schema).jobs AS j ON j.id = f.job_id
                    WHERE j.id = ANY ($1) AND j.created_at < coalesce(
                        (SELECT at FROM baton_demo.event WHERE demo = $2 AND kind = $3), 'infinity'
                    )
                )
                SELECT count(*), coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), 0),
                    coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms), 0),
                    coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY ms), 0)
                FROM wait
                """,
                jobs.map(\.uuid),
                database.name,
                event?.rawValue
            )
        )
        guard let row = rows.first else { return DemoReport.Percentiles(count: 0, p50: 0, p95: 0, p99: 0) }
        let (count, p50, p95, p99) = try row.decode((Int, Double, Double, Double).self)
        return DemoReport.Percentiles(count: count, p50: p50, p95: p95, p99: p99)
    }

    /// From the first enqueue to the last end.
    func duration() async throws -> Double {
        let rows = try await database.client.query(
            PostgresStatement(
                """
                SELECT coalesce(extract(epoch FROM max(state_at) - min(created_at)), 0)::float8
                FROM \(database.schema).jobs WHERE id >= $1 AND queue = $2
                """,
                database.firstID,
                database.queue
            )
        )
        return try rows.first?.decode(Double.self, 0) ?? 0
    }

    /// How long RabbitMQ was away.
    func brokerOutage() async throws -> Double {
        let rows = try await database.client.query(
            PostgresStatement(
                """
                SELECT coalesce(extract(epoch FROM max(at) - min(at)), 0)::float8
                FROM baton_demo.event WHERE demo = $1 AND kind IN ('broker stopping', 'broker started')
                """,
                database.name
            )
        )
        return try rows.first?.decode(Double.self, 0) ?? 0
    }
}

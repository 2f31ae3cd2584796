internal import Baton

extension Migration {
    /// The public SQL surface.
    static func views(_ schema: Schema) -> String {
        let names = JobState.allCases.sorted { $0.code < $1.code }.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        func union(_ columns: String) -> String {
            schema.jobTables.map { "SELECT \(columns) FROM \($0)" }.joined(separator: "\n    UNION ALL ")
        }
        return """
            CREATE FUNCTION \(schema.name).state_name(state smallint) RETURNS text
            LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $name$SELECT (ARRAY[\(names)])[state + 1]$name$;

            CREATE VIEW \(schema.name).jobs AS
            SELECT j.id, j.type, j.queue, \(schema.name).state_name(j.state) AS state, j.arguments, j.generation, j.run,
                j.attempt, j.max_attempts, j.priority, j.parent_id, j.unique_key, j.created_at, j.state_at,
                j.run_at AS scheduled_at, j.owner AS server, j.result, j.error_type, j.error_message
            FROM (
                \(union(JobColumns.list))
            ) AS j;

            CREATE VIEW \(schema.name).job_history AS
            SELECT j.id AS job_id, h.seq, h.at, \(schema.name).state_name(h.state) AS state, h.reason, h.server, h.run,
                h.attempt, h.generation, h.data
            FROM (
                \(union("id, history"))
            ) AS j
            CROSS JOIN LATERAL unnest(j.history) WITH ORDINALITY
                AS h (at, state, reason, server, run, attempt, generation, data, seq);

            CREATE VIEW \(schema.name).servers AS
            SELECT epoch, name, pid, queues, concurrency, job_names, started_at, heartbeat_at, lease_until,
                CASE WHEN dead THEN 'dead' WHEN lease_until < now() THEN 'expired' ELSE 'alive' END AS state, certified_at
            FROM \(schema.server);

            CREATE VIEW \(schema.name).queues AS
            SELECT queue,
                count(*) FILTER (WHERE state = \(JobState.enqueued.code)) AS enqueued,
                count(*) FILTER (WHERE state = \(JobState.processing.code)) AS processing,
                now() - min(enqueued_at) FILTER (WHERE state = \(JobState.enqueued.code)) AS oldest_enqueued_age
            FROM \(schema.active)
            GROUP BY queue;

            CREATE VIEW \(schema.name).counters AS
            SELECT name, value FROM \(schema.counter);
            """
    }
}

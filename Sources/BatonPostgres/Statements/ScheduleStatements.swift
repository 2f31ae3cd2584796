internal import Baton

/// Jobs whose time has come.
struct ScheduleStatements: Sendable {
    /// `$1` session, `$2` first seq, `$3` how many at most; `$4` ids promoted before; `$5` queues and `$6` how many of each
    /// may be enqueued of those, `$7` how many of any other queue.
    ///
    /// Returns what is to be published, and one row without a job: with how many microseconds it is until the next is due in
    /// a queue that is not full, which queues are full in which something was due, and which ids are still enqueued. One
    /// statement, for it is what an idle server asks most often.
    ///
    /// The queues are found by a step through the index each, and looked into only as far as there is room: neither a queue
    /// that is full nor one whose time has not come costs more, however many wait in it. For the comparison of whole rows see
    /// ``WaitingStatements``.
    let promote: String

    init(_ schema: Schema) {
        let entry = schema.entry(.enqueued, generation: "j.generation + 1")
        let values = JobColumns.values(replacing: [
            "state": "\(JobState.enqueued.code)", "generation": "j.generation + 1", "enqueued_at": Schema.moveTime,
            "state_at": Schema.moveTime, "run_at": "NULL", "session": "$1",
            "seq": "$2 + row_number() OVER (ORDER BY j.run_at, j.id) - 1", "history": "j.history || \(entry)",
        ])
        promote = """
            WITH RECURSIVE head (queue, run_at) AS (
                (SELECT s.queue, s.run_at FROM \(schema.scheduled) AS s ORDER BY s.queue, s.run_at, s.id LIMIT 1)
                UNION ALL
                SELECT n.queue, n.run_at FROM head AS h CROSS JOIN LATERAL (
                    SELECT s.queue, s.run_at FROM \(schema.scheduled) AS s
                    WHERE s.queue > h.queue ORDER BY s.queue, s.run_at, s.id LIMIT 1
                ) AS n
            ), unclaimed AS MATERIALIZED (
                SELECT id, queue FROM \(schema.active) WHERE id = ANY ($4::uuid[]) AND state = \(JobState.enqueued.code)
            ), room AS MATERIALIZED (
                SELECT h.queue, greatest(
                    coalesce(($6::bigint[])[array_position($5::text[], h.queue)], $7)
                        - (SELECT count(*) FROM unclaimed AS u WHERE u.queue = h.queue),
                    0
                ) AS size
                FROM head AS h WHERE h.run_at <= now()
            ), due AS MATERIALIZED (
                SELECT d.* FROM room AS r CROSS JOIN LATERAL (
                    SELECT s.id, s.queue, s.run_at FROM \(schema.scheduled) AS s
                    WHERE (s.queue, s.run_at) >= (r.queue, '-infinity') AND (s.queue, s.run_at) <= (r.queue, now())
                    ORDER BY s.queue, s.run_at, s.id LIMIT least(r.size, $3) FOR UPDATE SKIP LOCKED
                ) AS d
                ORDER BY d.run_at, d.id LIMIT $3
            ), filled AS MATERIALIZED (
                SELECT r.queue, r.size <= (SELECT count(*) FROM due AS d WHERE d.queue = r.queue) AS is_full FROM room AS r
            ), j AS (
                DELETE FROM \(schema.scheduled) WHERE id = ANY (ARRAY(SELECT id FROM due)) RETURNING *
            ), moved AS (
                INSERT INTO \(schema.active) (\(JobColumns.list)) SELECT \(values) FROM j
                -- An id that two callers gave at once, one for now and one for later: the first counts.
                ON CONFLICT (id) DO NOTHING
                RETURNING id, generation, queue, type, seq, priority
            ), \(WaitingStatements.woken(schema, by: "ARRAY(SELECT queue FROM moved)"))
            SELECT NULL::uuid, NULL::integer, NULL::text, NULL::text, NULL::bigint, NULL::smallint,
                (extract(epoch FROM least(
                    (SELECT min(run_at) FROM head WHERE run_at > now() AND run_at < 'infinity'),
                    (SELECT min(n.run_at) FROM filled AS r CROSS JOIN LATERAL (
                        SELECT s.run_at FROM \(schema.scheduled) AS s
                        WHERE (s.queue, s.run_at) >= (r.queue, '-infinity') AND (s.queue, s.run_at) < (r.queue, 'infinity')
                            AND s.id <> ALL (ARRAY(SELECT id FROM due))
                        ORDER BY s.queue, s.run_at, s.id LIMIT 1
                    ) AS n WHERE NOT r.is_full)
                ) - now()) * 1000000)::bigint,
                ARRAY(SELECT queue FROM filled WHERE is_full), ARRAY(SELECT id FROM unclaimed)
            UNION ALL
            SELECT id, generation, queue, type, seq, priority, NULL, NULL, NULL FROM moved
            """
    }
}

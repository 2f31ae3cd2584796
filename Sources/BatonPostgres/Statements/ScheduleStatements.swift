internal import Baton

/// Jobs whose time has come.
struct ScheduleStatements: Sendable {
    /// `$1` session, `$2` first seq, `$3` how many at most.
    ///
    /// Returns what is to be published, each row with how many microseconds it is until the next is due; a row without a job
    /// where nothing is. One statement, for it is what an idle server asks most often.
    let promote: String

    init(_ schema: Schema) {
        let entry = schema.entry(.enqueued, generation: "j.generation + 1")
        let values = JobColumns.values(replacing: [
            "state": "\(JobState.enqueued.code)", "generation": "j.generation + 1", "enqueued_at": Schema.moveTime,
            "state_at": Schema.moveTime, "run_at": "NULL", "session": "$1",
            "seq": "$2 + row_number() OVER (ORDER BY j.run_at, j.id) - 1", "history": "j.history || \(entry)",
        ])
        promote = """
            WITH due AS MATERIALIZED (
                SELECT id FROM \(schema.scheduled) WHERE run_at <= now()
                ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
            ), j AS (
                DELETE FROM \(schema.scheduled) WHERE id = ANY (ARRAY(SELECT id FROM due)) RETURNING *
            ), moved AS (
                INSERT INTO \(schema.active) (\(JobColumns.list)) SELECT \(values) FROM j
                -- An id that two callers gave at once, one for now and one for later: the first counts.
                ON CONFLICT (id) DO NOTHING
                RETURNING id, generation, queue, type, seq
            ), \(WaitingStatements.woken(schema, by: "ARRAY(SELECT queue FROM moved)"))
            SELECT m.id, m.generation, m.queue, m.type, m.seq, next.wait FROM (
                SELECT (
                    SELECT (extract(epoch FROM run_at - now()) * 1000000)::bigint FROM \(schema.scheduled)
                    WHERE run_at < 'infinity' AND id <> ALL (ARRAY(SELECT id FROM due)) ORDER BY run_at, id LIMIT 1
                ) AS wait
            ) AS next LEFT JOIN moved AS m ON true
            """
    }
}

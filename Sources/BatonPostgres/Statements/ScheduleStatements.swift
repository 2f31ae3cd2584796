internal import Baton

/// Jobs whose time has come.
struct ScheduleStatements: Sendable {
    /// `$1` session, `$2` first seq, `$3` how many at most.
    ///
    /// Returns what is to be published.
    let promote: String
    /// How many microseconds until the next is due.
    let nextDue: String

    init(_ schema: Schema) {
        let entry = schema.entry(.enqueued, generation: "j.generation + 1")
        let values = JobColumns.values(replacing: [
            "state": "\(JobState.enqueued.code)", "generation": "j.generation + 1", "enqueued_at": "now()",
            "state_at": "now()", "run_at": "NULL", "session": "$1",
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
            SELECT id, generation, queue, type, seq FROM moved
            """
        nextDue = """
            SELECT (extract(epoch FROM run_at - now()) * 1000000)::bigint FROM \(schema.scheduled)
            WHERE run_at < 'infinity' ORDER BY run_at, id LIMIT 1
            """
    }
}

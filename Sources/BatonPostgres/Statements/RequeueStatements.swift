internal import Baton

/// Jobs that are put back into their queues, or given another time, by hand.
struct RequeueStatements: Sendable {
    /// `$1` ids, sorted; `$2` session; `$3` first seq; `$4` reason; `$5` states and `$6` generations in which they must be,
    /// NULL for any.
    ///
    /// Returns what is to be published.
    ///
    /// It takes the claim off, so that the end of a run that is sent again, or still goes on, finds itself fenced.
    let requeue: String
    /// Where jobs stand: `$1` ids.
    ///
    /// Returns ids, states and generations. Asked after a requeue in the same transaction, it says why a job was left.
    let standing: String

    /// Gives jobs another time that wait for theirs: `$1` ids; `$2` date, or `$3` delay in microseconds; `$4` reason; `$5`
    /// states and `$6` generations in which they must be, NULL for any.
    ///
    /// Returns the ids of those that wait for it. Not to be prepared: a plan from when nothing was scheduled reads everything.
    let reschedule: String

    init(_ schema: Schema) {
        let homes = [schema.scheduled, schema.failed, schema.finished]
        let gone = homes.indices.map { index in
            // Of what waits, only what waits for its time.
            let waiting = homes[index] == schema.scheduled ? " AND h.state = \(JobState.scheduled.code)" : ""
            return """
                g\(index) AS (
                    DELETE FROM \(homes[index]) AS h
                    USING unnest($1::uuid[], $5::smallint[], $6::integer[]) AS t (id, state, generation)
                    WHERE h.id = ANY ($1::uuid[]) AND h.id = t.id\(waiting)
                        AND h.state = coalesce(t.state, h.state) AND h.generation = coalesce(t.generation, h.generation)
                    RETURNING h.*
                )
                """
        }
        let union = homes.indices.map { "SELECT \(JobColumns.list) FROM g\($0)" }.joined(separator: " UNION ALL ")
        let entry = schema.entry(.enqueued, reason: "$4", attempt: "0", generation: "j.generation + 1")
        let values = JobColumns.values(replacing: [
            "state": "\(JobState.enqueued.code)", "generation": "j.generation + 1", "attempt": "0", "claim": "NULL",
            "session": "$2", "seq": "$3 + row_number() OVER (ORDER BY j.id) - 1",
            "enqueued_at": Schema.moveTime, "state_at": Schema.moveTime,
            "run_at": "NULL", "result": "NULL", "history": "j.history || \(entry)",
        ])
        requeue = """
            WITH \(gone.joined(separator: ",\n")), moved AS (
                INSERT INTO \(schema.active) (\(JobColumns.list)) SELECT \(values) FROM (\(union)) AS j
                -- An id that two callers gave at once, one for now and one for later: the first counts.
                ON CONFLICT (id) DO NOTHING
                RETURNING id, generation, queue, type, seq, priority
            ), \(WaitingStatements.woken(schema, by: "ARRAY(SELECT queue FROM moved)"))
            SELECT id, generation, queue, type, seq, priority FROM moved
            """
        let due = "coalesce($2::timestamptz, now() + \(Schema.interval("$3::bigint")))"
        let delayed = schema.entry(.scheduled, reason: "$4", data: "jsonb_build_object('scheduled_at', \(due))")
        reschedule = """
            WITH waiting AS MATERIALIZED (
                SELECT h.id FROM \(schema.scheduled) AS h
                JOIN unnest($1::uuid[], $5::smallint[], $6::integer[]) AS t (id, state, generation) ON h.id = t.id
                WHERE h.id = ANY ($1::uuid[]) AND h.state = \(JobState.scheduled.code)
                    AND h.state = coalesce(t.state, h.state) AND h.generation = coalesce(t.generation, h.generation)
                ORDER BY h.id FOR UPDATE OF h
            )
            UPDATE \(schema.scheduled) AS j
            SET run_at = \(due), state_at = \(Schema.moveTime), history = j.history || \(delayed)
            WHERE j.id = ANY (ARRAY(SELECT id FROM waiting))
            RETURNING j.id
            """
        standing = schema.jobTables.map { "SELECT id, state, generation FROM \($0) WHERE id = ANY ($1::uuid[])" }
            .joined(separator: " UNION ALL ")
    }
}

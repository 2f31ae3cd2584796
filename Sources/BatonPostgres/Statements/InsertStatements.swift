internal import Baton

/// New jobs (PROTOCOL move 1).
struct InsertStatements: Sendable {
    /// `$1` ids, `$2` types, `$3` queues, `$4` arguments, `$5` attempts, `$6` priorities, `$7` timeouts, `$8` sessions, `$9` seqs.
    ///
    /// Returns the ids stored.
    let enqueued: String
    /// `$1` to `$7` as above, `$8` dates, `$9` delays in microseconds; one of the two is NULL.
    ///
    /// Returns the ids stored.
    let scheduled: String
    /// Takes back what the same transaction inserted although the job exists, moved on from there: `$1` ids.
    ///
    /// Returns the ids taken back.
    ///
    /// A conflict waits for whoever has the same id under way, so after the insert every other try is decided. This
    /// looks with a snapshot taken later than that; nobody has seen the inserted row, since nothing is committed.
    let takeBackEnqueued: String
    /// The same for a row inserted as scheduled.
    let takeBackScheduled: String

    init(_ schema: Schema) {
        let shared = "id, type, queue, arguments, max_attempts, priority, timeout_ms"
        func start(_ state: JobState, generation: Int, data: String = "NULL") -> String {
            "ARRAY[\(schema.entry(state, run: "0", attempt: "0", generation: "\(generation)", data: data))]"
        }
        let due = "coalesce(n.at, now() + \(Schema.interval("n.delay")))"
        enqueued = """
            INSERT INTO \(schema.active) (
                \(shared), session, seq, state, generation, run, attempt, created_at, enqueued_at, state_at, history
            )
            SELECT n.*, \(JobState.enqueued.code), 1, 0, 0, now(), now(), now(), \(start(.enqueued, generation: 1))
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::integer[], $6::smallint[], $7::bigint[],
                $8::uuid[], $9::bigint[]) AS n
            ON CONFLICT (id) DO NOTHING
            RETURNING id
            """
        scheduled = """
            INSERT INTO \(schema.scheduled) (
                \(shared), run_at, state, generation, run, attempt, created_at, state_at, history
            )
            SELECT \(shared), \(due), \(JobState.scheduled.code), 0, 0, 0, now(), now(),
                \(start(.scheduled, generation: 0, data: "jsonb_build_object('scheduled_at', \(due))"))
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::integer[], $6::smallint[], $7::bigint[],
                $8::timestamptz[], $9::bigint[]) AS n (\(shared), at, delay)
            ON CONFLICT (id) DO NOTHING
            RETURNING id
            """
        func takeBack(from table: String) -> String {
            let elsewhere = schema.jobTables.filter { $0 != table }
                .map { "SELECT id FROM \($0) WHERE id = ANY ($1)" }
                .joined(separator: " UNION ALL ")
            return "DELETE FROM \(table) WHERE id = ANY (ARRAY(\(elsewhere))) RETURNING id"
        }
        takeBackEnqueued = takeBack(from: schema.active)
        takeBackScheduled = takeBack(from: schema.scheduled)
    }
}

internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Jobs that a transaction of the caller's stores.
///
/// Their rows are inserted without a mark, and without taking the arms of queues off: who waits for work would wait for
/// the lock on an arm, for as long as the transaction stays open.
struct TransactionStatements: Sendable {
    /// Sent with the commit: `$1` ids, sorted; `$2` session; `$3` first seq, of as many as there are ids; `$4` queues, where
    /// rows are to have no marks.
    ///
    /// Returns what is to be published.
    ///
    /// Rows have waited since now, not since they were inserted: nobody could see them.
    let mark: String
    /// The same for rows that are committed already.
    let publish: String
    /// One job, for whatever driver: `$1` id, `$2` type, `$3` queue, `$4` arguments, `$5` attempts, `$6` priority, `$7` timeout
    /// in milliseconds, `$8` what more is said, as JSON; all of them text.
    ///
    /// Servers that wait already are told, by the commit; no lock is taken for that.
    let enqueue: String
    /// The same for a job that waits for its time: `$9` a date in seconds since 1970, `$10` a delay in microseconds; one of the two is NULL.
    let schedule: String

    init(_ schema: Schema) {
        let enqueued = JobState.enqueued.code
        // Without a lock on the arm: a transaction with a snapshot of its own would fail where another has changed it since.
        func told(_ queues: String, _ sign: DoorSign? = nil) -> String {
            """
            told AS MATERIALIZED (
                SELECT pg_notify('\(schema.workChannel)', queue) FROM \(schema.armed) WHERE \(queues) AND is_armed\(
                    sign.map { "\nUNION ALL \(DoorStatements.tell(schema, $0))" } ?? ""
                )
            )
            """
        }
        func mark(setting values: String) -> String {
            """
            WITH \(told("queue = ANY ($4::text[])"))
            UPDATE \(schema.active) AS j
            SET session = $2, seq = $3 + width_bucket(j.id, $1::uuid[]) - 1\(values)
            FROM (SELECT count(*) FROM told) AS told
            -- A condition on the session or the bare seq would do for another index, and plans are made on an empty table.
            WHERE j.id = ANY ($1::uuid[]) AND j.state = \(enqueued) AND coalesce(j.seq, 0) = 0
            RETURNING j.id, j.generation, j.queue, j.type, j.seq, j.priority
            """
        }
        let now = "statement_timestamp()"
        self.mark = mark(
            setting: ", created_at = \(now), enqueued_at = \(now), state_at = \(now), history[1].at = \(now)"
        )
        publish = mark(setting: "")

        let shared = "id, type, queue, arguments, max_attempts, priority, timeout_ms"
        let own = "state, generation, run, attempt, created_at, state_at, history"
        func values(_ state: JobState, generation: Int, data: String) -> String {
            let entry = schema.entry(state, at: now, run: "0", attempt: "0", generation: "\(generation)", data: data)
            return """
                $1::text::uuid, $2::text, $3::text, $4::text::jsonb, $5::text::integer, $6::text::smallint,
                    $7::text::bigint, \(state.code), \(generation), 0, 0, \(now), \(now), ARRAY[\(entry)]
                """
        }
        enqueue = """
            WITH \(told("queue = $3::text", .ready))
            INSERT INTO \(schema.active) (\(shared), \(own), enqueued_at, seq)
            SELECT \(values(.enqueued, generation: 1, data: "$8::text::jsonb")), \(now), 0
            FROM (SELECT count(*) FROM told) AS told
            """
        let due = "coalesce(to_timestamp($9::text::double precision), \(now) + \(Schema.interval("$10::text::bigint")))"
        let data = "jsonb_build_object('scheduled_at', \(due)) || coalesce($8::text::jsonb, '{}')"
        schedule = """
            WITH told AS MATERIALIZED (\(DoorStatements.tell(schema, .scheduled)))
            INSERT INTO \(schema.scheduled) (\(shared), \(own), run_at)
            SELECT \(values(.scheduled, generation: 0, data: data)), \(due)
            FROM (SELECT count(*) FROM told) AS told
            """
    }

    /// What marks rows.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, each once.
    ///   - marks: As many marks.
    ///   - sql: ``mark`` or ``publish``.
    /// - Returns: The statement.
    func marking(_ jobs: [NewJob], _ marks: PublishMarkRange, _ sql: String) -> PostgresStatement {
        let ids = jobs.inJobOrder(\.id).map(\.id.uuid)
        let queues = marks.session == nil ? Set(jobs.map(\.queue)).sorted() : []
        return PostgresStatement(sql, ids, marks.session?.uuid, marks.firstSequence, queues)
    }
}

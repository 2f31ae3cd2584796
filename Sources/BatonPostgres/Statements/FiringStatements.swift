internal import Baton

/// Recurring entries that are due, and the jobs that they make; planned anew each time, for they look into the tables of jobs.
struct FiringStatements: Sendable {
    /// `$1` how many at most.
    ///
    /// Returns the present time and how many microseconds until the next is due, with each entry that is, or once with none.
    let due: String
    /// `$1` session, `$2` first seq; `$3` entries, `$4` revisions, `$5` next occurrences; and for each occurrence `$6` entry,
    /// `$7` time, `$8` job, `$9` when it becomes ready, `$10` reason.
    ///
    /// Returns how many entries went on and how many microseconds until the first job that waits is due, with each job that
    /// is to be published, or once with none.
    let advance: String
    /// `$1` entry, `$2` job, `$3` session, `$4` seq, `$5` reason.
    ///
    /// Returns what is to be published.
    let trigger: String

    init(_ schema: Schema) {
        let live = "NOT is_paused AND error IS NULL"
        let isBusy = Self.isBusy(schema)
        let columns = RecurringStatements.columns.map { "e.\($0)" }.joined(separator: ", ")
        due = """
            WITH held AS MATERIALIZED (
                SELECT id, \(isBusy) AS is_busy FROM \(schema.recurringEntry) AS e WHERE held_at IS NOT NULL AND \(live)
            ), due AS MATERIALIZED (
                (SELECT id FROM \(schema.recurringEntry) WHERE \(live) AND (next_at IS NULL OR next_at <= now())
                    ORDER BY next_at NULLS FIRST, id LIMIT $1)
                UNION SELECT id FROM held WHERE NOT is_busy
            ), first AS MATERIALIZED (
                SELECT next_at FROM \(schema.recurringEntry) WHERE \(live) AND next_at < 'infinity'
                ORDER BY next_at NULLS FIRST, id LIMIT 1
            )
            SELECT now(), CASE WHEN EXISTS (SELECT FROM due) THEN 0 ELSE least(
                    (SELECT (extract(epoch FROM next_at - now()) * 1000000)::bigint FROM first),
                    CASE WHEN EXISTS (SELECT FROM held) THEN 1000000 END
                ) END, \(columns)
            FROM (SELECT) AS always LEFT JOIN (
                SELECT * FROM \(schema.recurringEntry) WHERE id = ANY (ARRAY(SELECT id FROM due))
                ORDER BY next_at NULLS FIRST, id LIMIT $1
            ) AS e ON true
            ORDER BY e.next_at NULLS FIRST, e.id
            """
        advance = Self.advance(schema, live: live, isBusy: isBusy)
        trigger = """
            WITH e AS MATERIALIZED (
                SELECT * FROM \(schema.recurringEntry) WHERE id = $1 FOR UPDATE
            ), noted AS (
                INSERT INTO \(schema.recurringOccurrence) (entry_id, at, trigger_id, outcome, job_id)
                SELECT id, now(), $2::uuid, '\(RecurringOccurrence.Outcome.triggered.rawValue)', $2::uuid FROM e
            ), moved AS (
                \(Self.insert(schema, .enqueued, job: "$2::uuid", session: "$3::uuid", seq: "$4::bigint", reason: "$5::text"))
                FROM e RETURNING id, generation, queue, type, seq, priority
            ), changed AS (
                UPDATE \(schema.recurringEntry) SET last_at = now(), last_job_id = $2::uuid,
                    revision = \(RecurringStatements.newRevision)
                WHERE id = (SELECT id FROM e)
            ), \(WaitingStatements.woken(schema, by: "ARRAY(SELECT queue FROM moved)"))
            SELECT id, generation, queue, type, seq, priority FROM moved
            """
    }

    /// Whether one of the jobs that an entry `e` made last has not ended.
    private static func isBusy(_ schema: Schema) -> String {
        // The occurrence of the last one may have been trimmed.
        """
        EXISTS (
            SELECT FROM (
                SELECT e.last_job_id AS id UNION ALL (
                    SELECT o.job_id FROM \(schema.recurringOccurrence) AS o
                    WHERE o.entry_id = e.id AND o.job_id IS NOT NULL
                    ORDER BY o.at DESC, o.trigger_id DESC LIMIT \(OverlapPolicy.reach)
                )
            ) AS made
            -- No EXISTS, for which a plan may read the whole table into a hash.
            WHERE (SELECT true FROM \(schema.active) AS j WHERE j.id = made.id)
                OR (SELECT true FROM \(schema.scheduled) AS j WHERE j.id = made.id)
        )
        """
    }

    private static func advance(_ schema: Schema, live: String, isBusy: String) -> String {
        let held = RecurringOccurrence.Outcome.held.rawValue
        let fired = RecurringOccurrence.Outcome.fired.rawValue
        let skipped = RecurringOccurrence.Outcome.skipped.rawValue
        return """
            WITH won AS MATERIALIZED (
                SELECT e.*, p.next_at AS planned, overlap <> '\(OverlapPolicy.allow.rawValue)' AND \(isBusy) AS is_busy
                FROM unnest($3::text[], $4::bigint[], $5::timestamptz[]) AS p (id, revision, next_at)
                JOIN \(schema.recurringEntry) AS e ON e.id = p.id AND e.revision = p.revision
                WHERE \(live)
                -- What another server is moving is not waited for.
                FOR UPDATE OF e SKIP LOCKED
            ), candidate AS (
                SELECT w.id, w.overlap, w.is_busy, o.at, o.job_id, o.start_at, o.reason,
                    row_number() OVER (PARTITION BY w.id ORDER BY o.at) AS place
                FROM unnest($6::text[], $7::timestamptz[], $8::uuid[], $9::timestamptz[], $10::text[])
                    AS o (id, at, job_id, start_at, reason)
                JOIN won AS w ON w.id = o.id
            ), judged AS MATERIALIZED (
                SELECT c.*, CASE overlap
                    WHEN '\(OverlapPolicy.allow.rawValue)' THEN '\(fired)'
                    WHEN '\(OverlapPolicy.queueOne.rawValue)' THEN
                        CASE place + is_busy::integer WHEN 1 THEN '\(fired)' WHEN 2 THEN '\(held)' ELSE '\(skipped)' END
                    ELSE CASE WHEN place = 1 AND NOT is_busy THEN '\(fired)' ELSE '\(skipped)' END
                END AS outcome
                FROM candidate AS c
            ), noted AS (
                INSERT INTO \(schema.recurringOccurrence) AS k (entry_id, at, outcome, job_id)
                SELECT id, at, outcome, CASE outcome WHEN '\(fired)' THEN job_id END FROM judged
                -- One that was decided before makes no job; one that waited is decided now.
                ON CONFLICT (entry_id, at, trigger_id) DO UPDATE
                SET outcome = excluded.outcome, job_id = excluded.job_id, decided_at = now() WHERE k.outcome = '\(held)'
                RETURNING entry_id, at, outcome
            ), made AS MATERIALIZED (
                SELECT w.*, j.at AS occurred_at, j.job_id, j.start_at, j.reason FROM judged AS j
                JOIN noted AS n ON n.entry_id = j.id AND n.at = j.at AND n.outcome = '\(fired)'
                JOIN won AS w ON w.id = j.id
            ), moved AS (
                \(insert(
                    schema,
                    .enqueued,
                    job: "e.job_id",
                    session: "$1::uuid",
                    seq: "$2::bigint + row_number() OVER (ORDER BY e.occurred_at, e.id) - 1",
                    reason: "e.reason"
                ))
                FROM made AS e WHERE e.start_at <= now() RETURNING id, generation, queue, type, seq, priority
            ), waiting AS (
                \(insert(schema, .scheduled, job: "e.job_id", session: "NULL", seq: "NULL", reason: "e.reason"))
                FROM made AS e WHERE e.start_at > now() RETURNING run_at
            ), advanced AS (
                UPDATE \(schema.recurringEntry) AS e SET next_at = w.planned, revision = \(RecurringStatements.newRevision),
                    held_at = (SELECT n.at FROM noted AS n WHERE n.entry_id = e.id AND n.outcome = '\(held)' LIMIT 1),
                    last_at = coalesce(
                        (SELECT m.occurred_at FROM made AS m WHERE m.id = e.id ORDER BY m.occurred_at DESC LIMIT 1), e.last_at
                    ),
                    last_job_id = coalesce(
                        (SELECT m.job_id FROM made AS m WHERE m.id = e.id ORDER BY m.occurred_at DESC LIMIT 1), e.last_job_id
                    )
                FROM won AS w WHERE e.id = w.id
                RETURNING e.id
            ), \(WaitingStatements.woken(schema, by: "ARRAY(SELECT queue FROM moved)"))
            SELECT (SELECT count(*) FROM advanced),
                (SELECT (extract(epoch FROM min(run_at) - now()) * 1000000)::bigint FROM waiting), m.*
            FROM (SELECT) AS always LEFT JOIN moved AS m ON true
            """
    }

    /// An insert of jobs of entries `e`, up to its `FROM`.
    private static func insert(
        _ schema: Schema,
        _ state: JobState,
        job: String,
        session: String,
        seq: String,
        reason: String
    ) -> String {
        let isReady = state == .enqueued
        let generation = isReady ? "1" : "0"
        let data =
            isReady
            ? "CASE WHEN e.retry IS NOT NULL THEN jsonb_build_object('retry', e.retry) END"
            : "jsonb_strip_nulls(jsonb_build_object('scheduled_at', e.start_at, 'retry', e.retry))"
        let entry = schema.entry(
            state,
            at: "now()",
            reason: reason,
            run: "0",
            attempt: "0",
            generation: generation,
            data: data
        )
        return """
            INSERT INTO \(isReady ? schema.active : schema.scheduled) (
                id, type, queue, arguments, max_attempts, priority, timeout_ms, session, seq, state, generation, run, attempt,
                created_at, enqueued_at, state_at, run_at, history
            )
            SELECT \(job), e.type, e.queue, e.arguments, e.max_attempts, e.priority, e.timeout_ms, \(session), \(seq),
                \(state.code), \(generation), 0, 0, now(), \(isReady ? "now()" : "NULL"), now(),
                \(isReady ? "NULL" : "e.start_at"), ARRAY[\(entry)]
            """
    }
}

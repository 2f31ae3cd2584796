internal import Baton

/// Submissions of other programs, and rejects (PROTOCOL move 8).
struct SubmissionStatements: Sendable {
    /// Stores submissions, each once, and claims some: `$1` ids, `$2` other ids, `$3` sources, `$4` message ids, `$5` types,
    /// `$6` queues, `$7` arguments, `$8` attempts, `$9` priorities, `$10` timeouts, `$11` what more is said, as JSON, `$12` dates,
    /// `$13` when they were sent, `$14` when they expire, `$15` origins, `$16` whether they may be claimed (1), each source with
    /// each message id once, and each id; `$17` the window in microseconds, `$18` the server, `$19` the claim number, `$20` how
    /// many to claim at most, `$21` session and `$22` first seq of those enqueued.
    ///
    /// Returns a row for each, in order: a verdict (0 taken, 1 expired, 2 too old, 3 the server is dead), the job's id where it
    /// is new, whether it waits for its date, whether it is claimed, its place among those enqueued, and the present date.
    ///
    /// A source and message id that are under way elsewhere are waited for. An id that is under way elsewhere fails the
    /// statement, which is then repeated. For the lock on the server's row see ``ClaimStatements``.
    let submit: String
    /// Stores and claims submissions that are new, in time and due, and passes over the others.
    ///
    /// Where the first id of any is taken it passes over all.
    ///
    /// The short way of ``submit`` for where all may be claimed. `$1` ids, `$2` sources, `$3` message ids, `$4` types,
    /// `$5` queues, `$6` arguments, `$7` attempts, `$8` priorities, `$9` timeouts, `$10` what more is said, as JSON, `$11` dates,
    /// `$12` when they were sent, `$13` when they expire, `$14` origins, each source with each message id once, and each id;
    /// `$15` the window in microseconds, `$16` the server, `$17` the claim number.
    ///
    /// Returns the ids of the jobs, and the present date. An id that is under way elsewhere fails the statement.
    let claim: String
    /// The same for a single submission: `$1` to `$14` are values in the place of arrays.
    let claimOne: String
    /// `$1` names.
    let servedNames: String
    /// `$1` queues, `$2` how many to count in each at most.
    let backlog: String
    /// `$1` how many at most.
    let trim: String
    /// `$1` age in microseconds, `$2` how many at most.
    let trimRejects: String
    /// The columns of a reject, `$1` to `$12`.
    let keep: String
    /// `$1` ids or NULL, `$2` code, `$3` producer, `$4` queue or NULL each, `$5` how many at most.
    let rejects: String
    /// `$1` id, `$2` job.
    let noteReplay: String
    /// `$1` ids.
    let drop: String

    init(_ schema: Schema) {
        submit = Self.submit(schema)
        claim = Self.claim(schema, ofOne: false)
        claimOne = Self.claim(schema, ofOne: true)
        servedNames = """
            SELECT DISTINCT k.name FROM \(schema.server) AS s CROSS JOIN LATERAL unnest(s.job_names) AS k (name)
            -- A lease that is over proves nothing by itself: an outage ends all of them.
            WHERE NOT s.dead AND k.name = ANY ($1::text[])
            """
        backlog = """
            SELECT q.name, n.count FROM unnest($1::text[]) AS q (name) CROSS JOIN LATERAL (
                SELECT count(*) FROM (
                    SELECT FROM \(schema.active) AS j
                    WHERE j.queue = q.name AND j.state = \(JobState.enqueued.code) LIMIT $2::bigint
                ) AS counted
            ) AS n
            WHERE n.count > 0
            """
        trim = """
            WITH gone AS (
                DELETE FROM \(schema.submission) WHERE (source, message_id) IN (
                    SELECT source, message_id FROM \(schema.submission) WHERE expires_at < now()
                    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
                ) RETURNING 1
            )
            SELECT count(*) FROM gone
            """
        trimRejects = """
            WITH gone AS (
                DELETE FROM \(schema.reject) WHERE id IN (
                    SELECT id FROM \(schema.reject) WHERE rejected_at < now() - \(Schema.interval("$1"))
                    ORDER BY rejected_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
                ) RETURNING 1
            )
            SELECT count(*) FROM gone
            """
        keep = """
            INSERT INTO \(schema.reject) (
                id, code, reason, producer, queue, exchange, routing_key, type, message_id, properties, body, body_size
            )
            SELECT * FROM unnest(
                $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::jsonb[], $11::bytea[], $12::bigint[]
            )
            ON CONFLICT (id) DO NOTHING
            """
        rejects = """
            SELECT id, rejected_at, code, reason, queue, exchange, routing_key, type, message_id, properties, body, body_size,
                job_id
            FROM \(schema.reject)
            WHERE ($1::uuid[] IS NULL OR id = ANY ($1)) AND ($2::text IS NULL OR code = $2)
                AND ($3::text IS NULL OR producer = $3) AND ($4::text IS NULL OR queue = $4)
            ORDER BY rejected_at DESC, id DESC LIMIT $5
            """
        noteReplay = "UPDATE \(schema.reject) SET job_id = $2, replayed_at = now() WHERE id = $1"
        drop = "DELETE FROM \(schema.reject) WHERE id = ANY ($1::uuid[]) RETURNING id"
    }

    private static let shared = "id, type, queue, arguments, max_attempts, priority, timeout_ms"

    /// Until when a submission is remembered.
    private static func remembered(for window: String) -> String {
        let sent = "CASE WHEN sent_at IS NOT NULL THEN least(sent_at, now() + interval '1 day') END"
        return "greatest(now(), \(sent)) + \(Schema.interval(window))"
    }

    private static func enqueuedEntry(_ schema: Schema) -> String {
        schema.entry(
            .enqueued,
            at: "now()",
            run: "0",
            attempt: "0",
            generation: "1",
            data: "jsonb_build_object('submission', origin) || coalesce(notes, '{}')"
        )
    }

    private static func claimedEntry(_ schema: Schema, by server: String) -> String {
        schema.entry(.processing, at: "now()", server: server, run: "1", attempt: "1", generation: "1")
    }

    /// What ``claim`` reads of a submission, from `$1` on.
    private static let claimColumns = [
        (name: "id", type: "uuid"), (name: "source", type: "text"), (name: "message_id", type: "text"),
        (name: "type", type: "text"), (name: "queue", type: "text"), (name: "arguments", type: "jsonb"),
        (name: "max_attempts", type: "integer"), (name: "priority", type: "smallint"),
        (name: "timeout_ms", type: "bigint"), (name: "notes", type: "jsonb"), (name: "run_at", type: "timestamptz"),
        (name: "sent_at", type: "timestamptz"), (name: "expires_at", type: "timestamptz"),
        (name: "origin", type: "jsonb"),
    ]

    private static func claim(_ schema: Schema, ofOne isOne: Bool) -> String {
        let columns = claimColumns.enumerated().map { (parameter: "$\($0 + 1)::\($1.type)", name: $1.name) }
        // One is named where it is read, and needs no arrays: where calls are few and the server's caches cold, each step
        // of a plan takes a while.
        let one = "(SELECT \(columns.map { "\($0.parameter) AS \($0.name)" }.joined(separator: ", "))) AS n"
        let many = """
            n AS MATERIALIZED (
                SELECT * FROM unnest(\(columns.map { "\($0.parameter)[]" }.joined(separator: ", ")))
                    AS n (\(columns.map(\.name).joined(separator: ", ")))
            ),
            """
        let rows = isOne ? one : "n"
        let taken = schema.jobTables.map { "SELECT FROM \($0) WHERE id = \(isOne ? "$1::uuid" : "ANY ($1::uuid[])")" }
        let window = "$15::bigint"
        return """
            WITH me AS MATERIALIZED (
                SELECT FROM \(schema.server) WHERE epoch = $16::uuid AND NOT dead FOR KEY SHARE
            ), \(isOne ? "" : many) fresh AS (
                INSERT INTO \(schema.submission) AS s (source, message_id, job_id, expires_at)
                SELECT source, message_id, id, \(remembered(for: window))
                FROM \(rows)
                -- In this order: where nothing is stored, nothing need be locked, nor committed to disk.
                WHERE NOT EXISTS (\(taken.joined(separator: " UNION ALL "))) AND EXISTS (SELECT FROM me)
                    AND coalesce(expires_at > now(), true) AND coalesce(run_at <= now(), true)
                    AND coalesce(sent_at >= now() - \(Schema.interval(window)), true)
                ORDER BY source, message_id
                ON CONFLICT (source, message_id) DO NOTHING
                RETURNING s.job_id
            )
            INSERT INTO \(schema.active) (
                \(shared), state, generation, run, attempt, created_at, enqueued_at, state_at, owner, claim, history
            )
            SELECT \(shared), \(JobState.processing.code), 1, 1, 1, now(), now(), now(), $16::uuid, $17::bigint,
                ARRAY[\(enqueuedEntry(schema)), \(claimedEntry(schema, by: "$16::uuid"))]
            FROM \(rows) WHERE id = ANY (ARRAY(SELECT job_id FROM fresh))
            RETURNING id, created_at
            """
    }

    private static func submit(_ schema: Schema) -> String {
        let values = "job_id, type, queue, arguments, max_attempts, priority, timeout_ms"
        let (enqueued, processing) = (JobState.enqueued.code, JobState.processing.code)
        let taken = schema.jobTables.map { "SELECT id FROM \($0) WHERE id = ANY ($1::uuid[] || $2::uuid[])" }
        let (enqueuedEntry, claimedEntry) = (enqueuedEntry(schema), claimedEntry(schema, by: "$18::uuid"))
        let scheduledEntry = schema.entry(
            .scheduled,
            at: "now()",
            run: "0",
            attempt: "0",
            generation: "0",
            data: "jsonb_build_object('scheduled_at', run_at, 'submission', origin) || coalesce(notes, '{}')"
        )
        let queues = "ARRAY(SELECT queue FROM placed WHERE NOT is_claimed AND NOT waits AND $21::uuid IS NULL)"
        return """
            WITH me AS MATERIALIZED (
                SELECT FROM \(schema.server) WHERE epoch = $18::uuid AND NOT dead FOR KEY SHARE
            ), n AS MATERIALIZED (
                SELECT *, CASE
                    -- A repeat stays one when its time is over meanwhile.
                    -- No EXISTS, for which a plan of the empty table would read all that is remembered into a hash.
                    WHEN (
                        SELECT true FROM \(schema.submission) AS s WHERE s.source = n.source AND s.message_id = n.message_id
                    ) THEN 0
                    WHEN expires_at <= now() THEN 1
                    WHEN sent_at < now() - \(Schema.interval("$17::bigint")) THEN 2
                    WHEN $18::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM me) THEN 3
                    ELSE 0
                END AS verdict, coalesce(run_at > now(), false) AS waits
                FROM unnest(
                    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::integer[],
                    $9::smallint[], $10::bigint[], $11::jsonb[], $12::timestamptz[], $13::timestamptz[],
                    $14::timestamptz[], $15::jsonb[], $16::smallint[]
                ) WITH ORDINALITY AS n (
                    id, other_id, source, message_id, type, queue, arguments, max_attempts, priority, timeout_ms, notes,
                    run_at, sent_at, expires_at, origin, is_claimable, position
                )
            ), taken AS MATERIALIZED (
                \(taken.joined(separator: "\n    UNION ALL "))
            ), fresh AS (
                INSERT INTO \(schema.submission) AS s (source, message_id, job_id, expires_at)
                SELECT source, message_id, CASE
                        WHEN id <> ALL (ARRAY(SELECT id FROM taken)) THEN id
                        WHEN other_id <> ALL (ARRAY(SELECT id FROM taken)) THEN other_id
                        ELSE gen_random_uuid()
                    END,
                    \(remembered(for: "$17::bigint"))
                FROM n WHERE verdict = 0
                ORDER BY source, message_id
                ON CONFLICT (source, message_id) DO NOTHING
                RETURNING s.source, s.message_id, s.job_id
            ), counted AS MATERIALIZED (
                SELECT n.*, f.job_id,
                    row_number() OVER (PARTITION BY n.is_claimable = 1 AND NOT n.waits ORDER BY n.position) AS place
                FROM n JOIN fresh AS f ON f.source = n.source AND f.message_id = n.message_id
            ), chosen AS MATERIALIZED (
                SELECT *, is_claimable = 1 AND NOT waits AND place <= $20::bigint AS is_claimed FROM counted
            ), placed AS MATERIALIZED (
                SELECT *, row_number() OVER (PARTITION BY is_claimed OR waits ORDER BY position) AS mark FROM chosen
            ), ready AS (
                INSERT INTO \(schema.active) (
                    \(shared), session, seq, state, generation, run, attempt, created_at, enqueued_at, state_at, owner, claim,
                    history
                )
                SELECT \(values), CASE WHEN NOT is_claimed THEN $21::uuid END,
                    CASE WHEN NOT is_claimed AND $21::uuid IS NOT NULL THEN $22::bigint + mark - 1 END,
                    CASE WHEN is_claimed THEN \(processing) ELSE \(enqueued) END, 1, is_claimed::integer,
                    is_claimed::integer, now(), now(), now(), CASE WHEN is_claimed THEN $18::uuid END,
                    CASE WHEN is_claimed THEN $19::bigint END,
                    CASE
                        WHEN is_claimed THEN ARRAY[\(enqueuedEntry), \(claimedEntry)]
                        ELSE ARRAY[\(enqueuedEntry)]
                    END
                FROM placed WHERE NOT waits
            ), later AS (
                INSERT INTO \(schema.scheduled) (
                    \(shared), run_at, state, generation, run, attempt, created_at, state_at, history
                )
                SELECT \(values), run_at, \(JobState.scheduled.code), 0, 0, 0, now(), now(), ARRAY[\(scheduledEntry)]
                FROM placed WHERE waits
            ), \(WaitingStatements.woken(schema, by: queues))
            SELECT n.verdict, p.job_id, n.waits, coalesce(p.is_claimed, false), coalesce(p.mark, 0), now()
            FROM n LEFT JOIN placed AS p ON p.position = n.position ORDER BY n.position
            """
    }
}

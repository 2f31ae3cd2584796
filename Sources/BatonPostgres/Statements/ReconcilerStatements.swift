internal import Baton

/// What the reconciler looks for and mends (PROTOCOL section 4).
///
/// Candidates are found without locks; a move then compares them with the row it locked. A row that changed in between
/// is judged by the old snapshot otherwise, which does not see a server registered since.
struct ReconcilerStatements: Sendable {
    /// `$1` age of an unconfirmed row in microseconds; `$2` and `$3` the stretch to look through, `$4` when the last round began
    /// (``TableWalk``).
    ///
    /// Returns one row.
    let survey: String
    /// `$1` session, `$2` first seq, `$3` how many at most, `$4` reason, `$5` the names of jobs whose policy deletes what is
    /// used up.
    ///
    /// Returns what is to be published, and the ids failed and deleted, each with its state.
    let requeueOrphans: String
    /// `$1` session, `$2` first seq, `$3` how many at most, `$4` reason, `$5` age in microseconds.
    ///
    /// Returns what is to be published.
    let adopt: String

    init(_ schema: Schema) {
        survey = """
            WITH \(Self.unpublished(schema, limit: "1", age: "$1")), look AS MATERIALIZED (
                SELECT \(TableWalk.mayLook(schema, from: "$2::text", begun: "$4::timestamptz")) OR EXISTS (
                    SELECT FROM \(schema.server) WHERE dead AND certified_at > now() - interval '10 minutes'
                ) AS may
            )
            SELECT
                ARRAY(SELECT epoch FROM \(schema.server) WHERE NOT dead AND lease_until < now() ORDER BY epoch) AS expired,
                (SELECT may FROM look) AND EXISTS (
                    SELECT FROM \(schema.active) AS j
                    WHERE \(TableWalk.holds(from: "$2::text", to: "$3::text")) AND j.state = \(JobState.processing.code) AND NOT \(schema.isAlive("j.owner"))
                ) AS has_orphans,
                EXISTS (SELECT FROM unpublished) AS has_unpublished,
                CASE WHEN (SELECT may FROM look) THEN \(TableWalk.blocks(schema)) END AS blocks,
                now() AS at,
                EXISTS (SELECT FROM \(schema.probe) WHERE id IS NOT NULL AND gives_up_at > now()) AS has_probes,
                EXISTS (SELECT FROM \(schema.loss) WHERE is_confirmed) AS has_losses
            """
        requeueOrphans = Self.requeueOrphans(schema)
        adopt = """
            WITH \(Self.unpublished(schema, limit: "$3", age: "$5")), locked AS MATERIALIZED (
                SELECT j.id FROM unpublished AS u
                JOIN \(schema.active) AS j ON j.id = u.id AND j.state = \(JobState.enqueued.code)
                    AND j.session IS NOT DISTINCT FROM u.session AND j.seq IS NOT DISTINCT FROM u.seq
                LIMIT $3 FOR UPDATE OF j SKIP LOCKED
            ), numbered AS (
                SELECT id, $2 + row_number() OVER (ORDER BY id) - 1 AS seq FROM locked
            )
            UPDATE \(schema.active) AS j
            -- The age of an unconfirmed row counts from its mark.
            SET session = $1, seq = n.seq, state_at = \(Schema.moveTime),
                history = j.history || \(schema.entry(.enqueued, reason: "$4"))
            FROM numbered AS n WHERE j.id = n.id
            RETURNING j.id, j.generation, j.queue, j.type, j.seq, j.priority
            """
    }

    private static func requeueOrphans(_ schema: Schema) -> String {
        let lost = "'WorkerLost'"
        let message = "'The server that ran the job was lost, and no attempt is left.'"
        func end(as state: JobState) -> String {
            let data = "jsonb_build_object('error_type', \(lost), 'error_message', \(message))"
            return JobColumns.values(replacing: [
                "state": "\(state.code)", "state_at": Schema.moveTime, "claim": "NULL", "error_type": lost,
                "error_message": message,
                "history": "j.history || \(schema.entry(state, reason: "$4", server: "j.owner", data: data))",
            ])
        }
        // What an enqueue says is in the first entry; what a later version says there is not said.
        let isDeleted = """
            CASE (j.history[1]).data -> 'retry' ->> 'exhausted'
                WHEN '\(ExhaustedAction.delete.rawValue)' THEN true WHEN '\(ExhaustedAction.fail.rawValue)' THEN false
                ELSE j.type = ANY ($5::text[])
            END
            """
        let back = schema.entry(.enqueued, reason: "$4", server: "j.owner", generation: "j.generation + 1")
        return """
            WITH orphan AS MATERIALIZED (
                SELECT j.id, j.owner, j.claim FROM \(schema.active) AS j
                WHERE j.state = \(JobState.processing.code) AND NOT \(schema.isAlive("j.owner")) LIMIT $3
            ), locked AS MATERIALIZED (
                SELECT j.id, j.attempt < j.max_attempts AS has_attempts FROM orphan AS o
                JOIN \(schema.active) AS j ON j.id = o.id AND j.state = \(JobState.processing.code)
                    AND j.owner IS NOT DISTINCT FROM o.owner AND j.claim IS NOT DISTINCT FROM o.claim
                FOR UPDATE OF j SKIP LOCKED
            ), numbered AS (
                SELECT id, $2 + row_number() OVER (ORDER BY id) - 1 AS seq FROM locked WHERE has_attempts
            ), back AS (
                UPDATE \(schema.active) AS j
                SET state = \(JobState.enqueued.code), generation = j.generation + 1, claim = NULL, session = $1,
                    seq = n.seq, enqueued_at = \(Schema.moveTime), state_at = \(Schema.moveTime), history = j.history || \(back)
                FROM numbered AS n WHERE j.id = n.id
                RETURNING j.id, j.generation, j.queue, j.type, j.seq, j.priority
            ), j AS (
                DELETE FROM \(schema.active) WHERE id = ANY (ARRAY(SELECT id FROM locked WHERE NOT has_attempts))
                RETURNING *
            ), failed AS (
                INSERT INTO \(schema.failed) (\(JobColumns.list))
                SELECT \(end(as: .failed)) FROM j WHERE NOT \(isDeleted) RETURNING id, state
            ), deleted AS (
                INSERT INTO \(schema.finished) (\(JobColumns.list))
                SELECT \(end(as: .deleted)) FROM j WHERE \(isDeleted) RETURNING id, state
            ), \(WaitingStatements.woken(schema, by: "ARRAY(SELECT queue FROM back)"))
            SELECT id, generation, queue, type, seq, priority, \(JobState.enqueued.code)::smallint FROM back
            UNION ALL
            SELECT id, NULL, NULL, NULL, NULL, NULL, state FROM failed
            UNION ALL
            SELECT id, NULL, NULL, NULL, NULL, NULL, state FROM deleted
            """
    }

    /// A session's first rows that are looked at while it lives.
    ///
    /// They age in the order of their numbers, so when none of these is too old, none behind them is.
    private static let livingWindow = 1000

    /// The rows that nobody answers for, as common table expressions that end in `unpublished`.
    ///
    /// Every part starts at the right place of the index over (session, seq), so the cost follows what is unconfirmed, not
    /// the backlog: behind a known session's watermark, at the numbers it lists as pending, and in the gaps between the
    /// known sessions, where the unknown ones lie.
    ///
    /// - Parameters:
    ///   - schema: The namespace.
    ///   - limit: SQL for how many are wanted.
    ///   - age: SQL for how old an unconfirmed row of a living session must be, in microseconds.
    /// - Returns: SQL.
    static func unpublished(_ schema: Schema, limit: String, age: String) -> String {
        let enqueued = JobState.enqueued.code
        let isOld = "state_at < now() - \(Schema.interval(age))"
        return """
            known AS MATERIALIZED (
                SELECT session, confirmed_below, pending, ended_at IS NOT NULL OR lease_until < now() AS is_over
                FROM \(schema.session)
            ), gap AS MATERIALIZED (
                SELECT low, lead(low, 1, 'ffffffff-ffff-ffff-ffff-ffffffffffff') OVER (ORDER BY low) AS high
                FROM (SELECT session AS low FROM known UNION ALL SELECT '00000000-0000-0000-0000-000000000000') AS l
            ), unpublished AS MATERIALIZED (
                -- What has just come in by SQL servers are about to publish (``DoorWatch``).
                (SELECT id, session, seq FROM \(schema.active)
                WHERE session IS NULL AND state = \(enqueued)
                    AND (seq IS DISTINCT FROM 0 OR state_at < now() - interval '3 seconds')
                LIMIT \(limit))
                UNION ALL
                (SELECT r.* FROM gap CROSS JOIN LATERAL (
                    SELECT id, session, seq FROM \(schema.active)
                    WHERE session > gap.low AND session < gap.high AND state = \(enqueued) LIMIT \(limit)
                ) AS r LIMIT \(limit))
                UNION ALL
                (SELECT r.* FROM known AS k CROSS JOIN LATERAL (
                    (SELECT id, session, seq FROM \(schema.active)
                    WHERE k.is_over AND session = k.session AND seq >= k.confirmed_below AND state = \(enqueued)
                    ORDER BY seq LIMIT \(limit))
                    UNION ALL
                    SELECT id, session, seq FROM (
                        SELECT id, session, seq, state, state_at FROM \(schema.active)
                        WHERE NOT k.is_over AND session = k.session AND seq >= k.confirmed_below
                        ORDER BY seq LIMIT \(livingWindow)
                    ) AS w WHERE state = \(enqueued) AND \(isOld)
                    UNION ALL
                    SELECT id, session, seq FROM \(schema.active)
                    WHERE session = k.session AND seq = ANY (k.pending) AND seq < k.confirmed_below
                        AND state = \(enqueued) AND (k.is_over OR \(isOld))
                ) AS r LIMIT \(limit))
            )
            """
    }
}

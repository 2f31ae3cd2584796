internal import Baton

/// Claims without messages, and how servers that wait for work are told of it (PROTOCOL section 3, "broker down").
struct WaitingStatements: Sendable {
    /// Claims rows that nobody publishes: `$1` queues; `$2` from when on to look in each; `$3` names; `$4` how many at most;
    /// `$5` the server; `$6` the claim number; `$7` the levels of priority, one for each of `$1` and `$2`, in which a queue is
    /// there once for each level.
    ///
    /// Returns the jobs claimed, with the numbers of their levels.
    ///
    /// The queues are looked through in their order, each from its oldest row, and only as far as rows are wanted: nothing
    /// here sorts. Of the two parts of a look, one never begins: a level is normal or it is not. That whole rows are compared
    /// leaves the planner one index that gives the order; a plain comparison of the queue would let it take another one while
    /// the table is empty. For the lock on the server's row see ``ClaimStatements``.
    let claim: String
    /// Claims rows that somebody publishes, of a stretch of the table in the order of ids: `$1` queues; `$2` the id behind
    /// which the stretch begins; `$3` names; `$4` how many at most; `$5` the server; `$6` the claim number; `$7` how many
    /// rows the stretch has at most; `$8` the levels of priority in order.
    ///
    /// Returns the jobs claimed, or one row without a job, with the numbers of their levels; in the last two columns how many
    /// rows the stretch had, and the id of its last one.
    let claimMarked: String
    /// Says that servers wait: `$1` queues, sorted.
    ///
    /// Who has the arm under way to take it off is waited for.
    let arm: String
    /// Tells servers that wait, once several statements have enqueued: `$1` queues.
    let wake: String

    init(_ schema: Schema) {
        let entry = schema.entry(.processing, server: "$5", run: "j.run + 1", attempt: "j.attempt + 1")
        let update = """
            UPDATE \(schema.active) AS j
            SET state = \(JobState.processing.code), run = j.run + 1, attempt = j.attempt + 1, owner = $5, claim = $6,
                state_at = \(Schema.moveTime), history = j.history || \(entry)
            WHERE j.id = ANY (ARRAY(SELECT id FROM waiting)) AND j.state = \(JobState.enqueued.code)
            RETURNING \(ClaimStatements.claimedColumns), \(JobPriorityLevel.code(of: "j.priority"))
            """
        let (normal, level) = (JobPriorityLevel.normal.code, JobPriorityLevel.code(of: "j.priority"))
        let isWanted = """
            j.session IS NULL AND j.state = \(JobState.enqueued.code) AND j.type = ANY ($3) AND EXISTS (SELECT FROM me)
            """
        claim = """
            WITH me AS MATERIALIZED (
                SELECT FROM \(schema.server) WHERE epoch = $5 AND NOT dead FOR KEY SHARE
            ), waiting AS MATERIALIZED (
                SELECT w.id FROM unnest($1::text[], $2::timestamptz[], $7::integer[]) AS q (name, since, level)
                CROSS JOIN LATERAL (
                    SELECT a.id FROM (SELECT j.id FROM \(schema.active) AS j
                    WHERE q.level = \(normal) AND j.priority = 0 AND (j.queue, j.enqueued_at) >= (q.name, q.since)
                        AND (j.queue, j.enqueued_at) <= (q.name, 'infinity') AND \(isWanted)
                    ORDER BY j.queue, j.enqueued_at LIMIT $4 FOR UPDATE SKIP LOCKED) AS a
                    UNION ALL
                    SELECT b.id FROM (SELECT j.id FROM \(schema.active) AS j
                    WHERE q.level <> \(normal) AND j.priority <> 0 AND (j.queue, \(level), j.enqueued_at) >= (q.name, q.level, q.since)
                        AND (j.queue, \(level), j.enqueued_at) <= (q.name, q.level, 'infinity') AND \(isWanted)
                    ORDER BY j.queue, \(level), j.enqueued_at LIMIT $4 FOR UPDATE SKIP LOCKED) AS b
                ) AS w LIMIT $4
            )
            \(update)
            """
        claimMarked = """
            WITH me AS MATERIALIZED (
                SELECT FROM \(schema.server) WHERE epoch = $5 AND NOT dead FOR KEY SHARE
            ), stretch AS MATERIALIZED (
                SELECT id, queue, enqueued_at, type, state, session, priority FROM \(schema.active)
                WHERE id > $2 ORDER BY id LIMIT $7
            ), waiting AS MATERIALIZED (
                SELECT j.id FROM \(schema.active) AS j
                WHERE j.id = ANY (ARRAY(
                    SELECT s.id FROM stretch AS s
                    WHERE s.session IS NOT NULL AND s.state = \(JobState.enqueued.code) AND s.queue = ANY ($1::text[])
                        AND s.type = ANY ($3::text[])
                    ORDER BY array_position($1::text[], s.queue),
                        array_position($8::integer[], \(JobPriorityLevel.code(of: "s.priority"))), s.enqueued_at, s.id LIMIT $4
                )) AND j.state = \(JobState.enqueued.code) AND EXISTS (SELECT FROM me)
                FOR UPDATE SKIP LOCKED
            ), claimed AS (
                \(update)
            )
            SELECT c.*, (SELECT count(*) FROM stretch), (SELECT id FROM stretch ORDER BY id DESC LIMIT 1)
            FROM (SELECT) AS always LEFT JOIN claimed AS c ON true
            """
        arm = """
            INSERT INTO \(schema.armed) AS a (queue, is_armed) SELECT n, true FROM unnest($1::text[]) AS n
            ON CONFLICT (queue) DO UPDATE SET is_armed = true WHERE NOT a.is_armed
            """
        wake = "WITH \(Self.woken(schema, by: "$1::text[]")) SELECT count(*) FROM woken"
    }

    /// Takes the arms off and tells the servers that wait, as a common table expression `woken`.
    ///
    /// `NOTIFY` takes a lock from one commit to the next, so only who finds a queue armed pays for it; of many at once one
    /// does, and the others pass by.
    ///
    /// - Parameters:
    ///   - schema: The namespace.
    ///   - queues: SQL for an array of the queues into which jobs were put.
    /// - Returns: SQL.
    static func woken(_ schema: Schema, by queues: String) -> String {
        """
        woken AS (
            UPDATE \(schema.armed) AS a SET is_armed = false WHERE a.queue = ANY (ARRAY(
                SELECT queue FROM \(schema.armed) WHERE queue = ANY (\(queues)) AND is_armed FOR UPDATE SKIP LOCKED
            ))
            RETURNING pg_notify('\(schema.workChannel)', a.queue)
        )
        """
    }
}

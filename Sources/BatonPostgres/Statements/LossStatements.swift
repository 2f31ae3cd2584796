internal import Baton

/// Rows that wait for long, and those whose messages are lost (PROTOCOL section 4).
struct LossStatements: Sendable {
    /// `$1` how long after one look there is none, in microseconds.
    ///
    /// Not synchronous. Returns the first block to look at, and the one behind the last, as tuple ids; nothing when it is
    /// not time.
    let takeLook: String
    /// `$1` and `$2` what ``takeLook`` returns, `$3` age in microseconds.
    ///
    /// Returns queues, and in microseconds how long a row has waited in each.
    ///
    /// No index tells the waiting rows by age: an insert would pay for it.
    let findWaiting: String
    /// `$1` loss, `$2` queue.
    let record: String
    /// `$1` loss.
    let confirm: String
    /// `$1` loss.
    ///
    /// Returns whether it may concern a row.
    let concerns: String
    /// `$1` loss.
    let remove: String
    /// `$1` session, `$2` first seq, `$3` how many at most, `$4` reason.
    ///
    /// Returns what is to be published, or one row without a job; in the last column whether to ask again.
    let requeue: String

    init(_ schema: Schema) {
        takeLook = """
            WITH lazy AS MATERIALIZED (
                SELECT set_config('synchronous_commit', 'off', true),
                    \(TableWalk.blocks(schema)) AS blocks
            )
            UPDATE \(schema.waitingLook) AS w SET looked_at = now(), block = CASE
                WHEN w.block + \(TableWalk.stretch) < lazy.blocks THEN w.block + \(TableWalk.stretch) ELSE 0
            END
            FROM lazy WHERE w.looked_at <= now() - \(Schema.interval("$1"))
            RETURNING format('(%s,0)', w.block), format('(%s,0)', w.block + \(TableWalk.stretch))
            """
        findWaiting = """
            SELECT j.queue, (extract(epoch FROM now() - min(j.enqueued_at)) * 1000000)::bigint
            FROM \(schema.active) AS j
            WHERE j.ctid >= $1::text::tid AND j.ctid < $2::text::tid AND j.state = \(JobState.enqueued.code)
                AND j.session IS NOT NULL AND j.state_at < now() - \(Schema.interval("$3"))
            GROUP BY j.queue ORDER BY j.queue
            """
        record = """
            WITH stored AS (
                INSERT INTO \(schema.loss) (id, queue, is_confirmed) VALUES ($1, $2, false)
                ON CONFLICT (id) DO NOTHING RETURNING id
            )
            INSERT INTO \(schema.watermarkCopy) (probe, session, confirmed_below, pending)
            SELECT l.id, s.session, s.confirmed_below, s.pending FROM stored AS l CROSS JOIN \(schema.session) AS s
            """
        confirm = "UPDATE \(schema.loss) SET is_confirmed = true WHERE id = $1"
        concerns = """
            SELECT count(*) >= \(Self.rowsLookedAt) OR coalesce(bool_or(r.is_lost), false) FROM (
                SELECT m.state = \(JobState.enqueued.code) AND m.queue = l.queue AND m.seq <> ALL (w.pending) AS is_lost
                FROM \(schema.loss) AS l JOIN \(schema.watermarkCopy) AS w ON w.probe = l.id
                CROSS JOIN LATERAL (
                    SELECT j.state, j.queue, j.seq FROM \(schema.active) AS j
                    WHERE j.session = w.session AND j.seq < w.confirmed_below ORDER BY j.seq LIMIT \(Self.rowsLookedAt)
                ) AS m
                WHERE l.id = $1 LIMIT \(Self.rowsLookedAt)
            ) AS r
            """
        remove = """
            WITH removed AS (DELETE FROM \(schema.loss) WHERE id = $1 AND NOT is_confirmed RETURNING id)
            DELETE FROM \(schema.watermarkCopy) AS w USING removed WHERE w.probe = removed.id
            """
        requeue = Self.requeue(schema)
    }

    /// How many rows are looked at for one that a loss concerns.
    private static let rowsLookedAt = 5000
    /// How many rows that bear marks of a session one statement looks at: most may be of other queues.
    private static let window = "least(greatest(20 * $3::bigint, 1000), 5000)"

    /// One step of the walk through the rows that the first loss may concern, in the order of their marks.
    ///
    /// One reconciler at a time walks for a loss: the others pass on to the next, or have nothing to do. The rows are found
    /// without locks, and compared with what is locked, as elsewhere. A row that is in another's hands is waited for by the
    /// walk, though not by the statement: it comes by only once. Where it begins in the index it goes in the order of the
    /// sessions, because a subquery that sorts stays the outer side of the loop.
    private static func requeue(_ schema: Schema) -> String {
        """
        WITH loss AS MATERIALIZED (
            SELECT id, queue, walk_session, walk_seq FROM \(schema.loss)
            WHERE is_confirmed ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED
        ), looked AS MATERIALIZED (
            SELECT r.* FROM (
                SELECT w.session, w.confirmed_below, w.pending, l.queue,
                    CASE WHEN w.session = l.walk_session THEN l.walk_seq ELSE \(Int64.min) END AS start
                FROM loss AS l JOIN \(schema.watermarkCopy) AS w ON w.probe = l.id AND w.session >= l.walk_session
                ORDER BY w.session
            ) AS w CROSS JOIN LATERAL (
                SELECT j.id, j.session, j.seq,
                    j.state = \(JobState.enqueued.code) AND j.queue = w.queue AND j.seq <> ALL (w.pending) AS is_lost
                FROM \(schema.active) AS j
                WHERE j.session = w.session AND j.seq >= w.start AND j.seq < w.confirmed_below
                ORDER BY j.seq LIMIT \(window)
            ) AS r LIMIT \(window)
        ), chosen AS MATERIALIZED (
            SELECT id, session, seq FROM looked WHERE is_lost ORDER BY session, seq LIMIT $3
        ), locked AS MATERIALIZED (
            SELECT j.id FROM chosen AS c
            JOIN \(schema.active) AS j ON j.id = c.id AND j.state = \(JobState.enqueued.code)
                AND j.session = c.session AND j.seq = c.seq
            LIMIT $3 FOR UPDATE OF j SKIP LOCKED
        ), next AS MATERIALIZED (
            SELECT * FROM (
                (SELECT 1 AS rank, c.session, c.seq FROM chosen AS c
                WHERE NOT EXISTS (SELECT FROM locked WHERE locked.id = c.id) ORDER BY c.session, c.seq LIMIT 1)
                UNION ALL
                (SELECT 2, session, seq + 1 FROM chosen WHERE (SELECT count(*) FROM chosen) >= $3
                ORDER BY session DESC, seq DESC LIMIT 1)
                UNION ALL
                (SELECT 3, session, seq + 1 FROM looked WHERE (SELECT count(*) FROM looked) >= \(window)
                ORDER BY session DESC, seq DESC LIMIT 1)
            ) AS n ORDER BY rank LIMIT 1
        ), walked AS (
            UPDATE \(schema.loss) AS l SET walk_session = next.session, walk_seq = next.seq
            FROM next, loss WHERE l.id = loss.id
        ), done AS (
            DELETE FROM \(schema.loss) AS l USING loss WHERE l.id = loss.id AND NOT EXISTS (SELECT FROM next)
            RETURNING l.id
        ), forgotten AS (
            DELETE FROM \(schema.watermarkCopy) AS w USING done WHERE w.probe = done.id
        ), numbered AS (
            SELECT id, $2::bigint + row_number() OVER (ORDER BY id) - 1 AS seq FROM locked
        ), moved AS (
            UPDATE \(schema.active) AS j
            -- The age of a row counts from its mark.
            SET session = $1, seq = n.seq, state_at = \(Schema.moveTime),
                history = j.history || \(schema.entry(.enqueued, reason: "$4"))
            FROM numbered AS n WHERE j.id = n.id
            RETURNING j.id, j.generation, j.queue, j.type, j.seq, j.priority
        )
        SELECT m.id, m.generation, m.queue, m.type, m.seq, m.priority, EXISTS (SELECT FROM loss) AND coalesce(
            -- Where nothing but rows in other hands is left, there is nothing to do at the moment.
            (SELECT rank > 1 OR EXISTS (SELECT FROM locked) FROM next),
            EXISTS (SELECT FROM \(schema.loss) AS l WHERE l.is_confirmed AND l.id <> (SELECT id FROM loss))
        )
        FROM (SELECT) AS always LEFT JOIN moved AS m ON true
        """
    }
}

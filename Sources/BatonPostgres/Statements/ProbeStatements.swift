internal import Baton

/// Consumer sessions and rounds of probes (PROTOCOL section 4).
///
/// Whatever depends on a round or ends it locks the row of its queue first, in a statement of its own: only the next
/// statement of the transaction sees what whoever held the lock has committed. So of two sessions that join or pass at once
/// one sees the other, and a session that registers is either seen by the round that begins or ends then, or is added to
/// the one that is under way. Locks are taken in one order: the queue's row, then the sessions'; who ends the sessions of a
/// server takes none of a queue.
///
/// A session is open when nobody has ended it and its server lives. Certificates do not touch it: it is marked as ended when
/// somebody looks, with the certificate's time if that is known.
struct ProbeStatements: Sendable {
    /// `$1` queue.
    ///
    /// Makes the row of the queue, or locks it.
    let lockQueue: String
    /// `$1` round.
    let lock: String
    /// `$1` queue, `$2` session, `$3` the server, `$4` the session before, or NULL.
    ///
    /// Returns whether the server is alive; otherwise nothing is done.
    let openConsumer: String
    /// `$1` the server.
    let endConsumers: String
    /// `$1` queue.
    ///
    /// Marks sessions as ended whose servers are dead.
    let noteEnded: String
    /// `$1` queue.
    ///
    /// Ends a round that is too old or void.
    ///
    /// Returns the queue, and whether the round is a loss, when there was one.
    let clear: String
    /// `$1` queue, `$2` round, `$3` how long no session may have ended, `$4` how long the first round may take, both in
    /// microseconds.
    ///
    /// Returns whether the round is open.
    let open: String
    /// `$1` queues.
    ///
    /// Returns round, queue, phase, whether it is void, then a session with whether it has joined and passed; a row for each
    /// session.
    let list: String
    /// `$1` round.
    ///
    /// Returns the queue, when the round was void and this call ended it.
    let endVoid: String
    /// `$1` round, `$2` reason.
    ///
    /// Returns the queue, and whether the round is a loss, when this call ended it.
    let void: String
    /// `$1` round, `$2` session.
    let join: String
    /// `$1` round, `$2` session.
    ///
    /// Returns the queue when all have joined.
    let publish: String
    /// `$1` round, `$2` lane, `$3` how many there are.
    ///
    /// Returns whether that was the last.
    let noteReturn: String
    /// `$1` round, `$2` session.
    let pass: String
    /// `$1` round, `$2` session.
    ///
    /// Returns the round when all have passed.
    let conclude: String

    init(_ schema: Schema) {
        lockQueue = """
            INSERT INTO \(schema.probe) (queue) VALUES ($1) ON CONFLICT (queue) DO UPDATE SET queue = excluded.queue
            """
        lock = "SELECT FROM \(schema.probe) WHERE id = $1 FOR UPDATE"
        openConsumer = """
            WITH owner AS MATERIALIZED (
                SELECT $3::uuid AS epoch WHERE \(schema.isAlive("$3::uuid"))
            ), replaced AS (
                UPDATE \(schema.consumer) AS c SET ended_at = now()
                FROM owner WHERE c.session = $4::uuid AND c.ended_at IS NULL
            ), opened AS (
                INSERT INTO \(schema.consumer) (session, queue, epoch) SELECT $2::uuid, $1::text, epoch FROM owner
                ON CONFLICT (session) DO NOTHING RETURNING session
            ), joined AS (
                UPDATE \(schema.probe) AS p SET consumers = p.consumers || o.session
                FROM opened AS o WHERE p.queue = $1 AND p.id IS NOT NULL
            )
            SELECT EXISTS (SELECT FROM owner)
            """
        endConsumers = "UPDATE \(schema.consumer) SET ended_at = now() WHERE epoch = $1 AND ended_at IS NULL"
        noteEnded = Self.noteEnded(schema, where: "d.queue = $1")
        clear = Self.end(
            schema,
            where: "p.queue = $1 AND (p.gives_up_at <= now() OR \(Self.isVoid(schema)))",
            reason: "CASE WHEN p.gives_up_at <= now() THEN p.reason ELSE \(Self.sessionEnded) END"
        )
        open = Self.open(schema)
        list = """
            SELECT p.id, p.queue, p.phase, \(Self.isVoid(schema)), c.session, coalesce(c.joined = p.id, false),
                coalesce(c.passed = p.id, false)
            FROM \(schema.probe) AS p LEFT JOIN \(schema.consumer) AS c ON c.queue = p.queue AND \(Self.isOpen(schema))
            WHERE p.queue = ANY ($1::text[]) AND p.id IS NOT NULL AND p.gives_up_at > now()
            ORDER BY array_position($1::text[], p.queue), c.session
            """
        endVoid = Self.end(
            schema,
            where: "p.id = $1 AND p.gives_up_at > now() AND \(Self.isVoid(schema))",
            reason: Self.sessionEnded
        )
        void = Self.end(schema, where: "p.id = $1", reason: "$2")
        join = Self.note("joined", schema)
        publish = """
            UPDATE \(schema.probe) AS p SET phase = \(ProbeRound.Phase.published.rawValue)
            WHERE p.id = $1 AND p.phase = \(ProbeRound.Phase.joining.rawValue) AND \(Self.all("joined", schema))
            RETURNING p.queue
            """
        let lanes =
            "SELECT count(DISTINCT l) FROM unnest(p.lanes || $2::integer) AS l WHERE l BETWEEN 0 AND $3::integer - 1"
        noteReturn = """
            UPDATE \(schema.probe) AS p SET lanes = p.lanes || $2::integer, phase = CASE
                WHEN (\(lanes)) = $3::integer THEN \(ProbeRound.Phase.returned.rawValue) ELSE p.phase
            END
            WHERE p.id = $1 AND p.phase = \(ProbeRound.Phase.published.rawValue) AND \(Self.isSound(schema))
                AND $2::integer BETWEEN 0 AND $3::integer - 1
            RETURNING p.phase = \(ProbeRound.Phase.returned.rawValue)
            """
        let isReturned = "p.phase = \(ProbeRound.Phase.returned.rawValue)"
        pass = Self.note("passed", schema, where: isReturned)
        // A session that registers meanwhile has no part in it: it waits for the lock, and consumes only afterwards.
        conclude = """
            WITH concluded AS (
                UPDATE \(schema.probe) AS p
                SET id = NULL, consumers = '{}', failures = 0, voids = 0, not_before = '-infinity', reason = NULL
                WHERE p.id = $1 AND \(isReturned) AND \(Self.all("passed", schema))
                RETURNING p.queue
            )
            INSERT INTO \(schema.loss) (id, queue, is_confirmed) SELECT $1, queue, true FROM concluded
            RETURNING id
            """
    }

    private static func open(_ schema: Schema) -> String {
        // What is not marked as ended although its server is dead is being marked by somebody else.
        let isNoisy = """
            c.queue = $1 AND (c.ended_at > now() - \(Schema.interval("$3"))
                OR c.ended_at IS NULL AND NOT \(schema.isAlive("c.epoch")))
            """
        let sessions = "SELECT c.session FROM \(schema.consumer) AS c WHERE c.queue = $1 AND \(isOpen(schema))"
        let patience = Schema.interval("($4::bigint << least(p.failures, \(maximumDoublings)))")
        return """
            WITH opened AS (
                UPDATE \(schema.probe) AS p
                SET id = $2, phase = \(ProbeRound.Phase.joining.rawValue), opened_at = now(), patience = \(patience),
                    gives_up_at = now() + \(patience), lanes = '{}', consumers = ARRAY(\(sessions))
                WHERE p.queue = $1 AND p.id IS NULL AND p.not_before <= now() AND EXISTS (\(sessions))
                    AND NOT EXISTS (SELECT FROM \(schema.consumer) AS c WHERE \(isNoisy))
                RETURNING p.id
            ), copied AS (
                INSERT INTO \(schema.watermarkCopy) (probe, session, confirmed_below, pending)
                SELECT o.id, s.session, s.confirmed_below, s.pending FROM opened AS o CROSS JOIN \(schema.session) AS s
            )
            -- The second when the call is repeated.
            SELECT EXISTS (SELECT FROM opened) OR EXISTS (SELECT FROM \(schema.probe) WHERE queue = $1 AND id = $2)
            """
    }

    /// After so many rounds in a row that came to nothing, the time that one may take grows no more.
    private static let maximumDoublings = 6

    private static let sessionEnded = "'A consumer session ended.'"

    /// Whether a consumer session `c` is open.
    private static func isOpen(_ schema: Schema) -> String {
        "c.ended_at IS NULL AND \(schema.isAlive("c.epoch"))"
    }

    /// Whether some session that the round of a row `p` rests on has ended.
    private static func isVoid(_ schema: Schema) -> String {
        """
        EXISTS (SELECT FROM unnest(p.consumers) AS s (session) WHERE NOT EXISTS (
            SELECT FROM \(schema.consumer) AS c WHERE c.session = s.session AND \(isOpen(schema))
        ))
        """
    }

    /// Whether the round of a row `p` may still prove something.
    private static func isSound(_ schema: Schema) -> String {
        "p.gives_up_at > now() AND NOT \(isVoid(schema))"
    }

    /// Notes something of the session `$2` in the round `$1`.
    private static func note(_ column: String, _ schema: Schema, where condition: String = "true") -> String {
        """
        UPDATE \(schema.consumer) AS c SET \(column) = $1 FROM \(schema.probe) AS p
        WHERE c.session = $2 AND p.id = $1 AND c.queue = p.queue AND \(condition) AND \(isOpen(schema))
            AND \(isSound(schema))
        """
    }

    /// Whether the session `$2` has done something in the sound round `$1` of a row `p`, and all others of the queue, too.
    private static func all(_ column: String, _ schema: Schema) -> String {
        """
        \(isSound(schema))
            AND EXISTS (SELECT FROM \(schema.consumer) AS c WHERE c.session = $2 AND c.\(column) = $1)
            AND NOT EXISTS (
                SELECT FROM \(schema.consumer) AS c
                WHERE c.queue = p.queue AND c.\(column) IS DISTINCT FROM $1 AND \(isOpen(schema))
            )
        """
    }

    /// Marks sessions as ended whose servers are dead; who is about to do the same is not waited for.
    ///
    /// - Parameters:
    ///   - schema: The namespace.
    ///   - condition: SQL for which sessions `d`.
    /// - Returns: SQL.
    static func noteEnded(_ schema: Schema, where condition: String) -> String {
        """
        UPDATE \(schema.consumer) AS c
        SET ended_at = coalesce((SELECT s.certified_at FROM \(schema.server) AS s WHERE s.epoch = c.epoch), now())
        WHERE c.ended_at IS NULL AND c.session = ANY (ARRAY(
            SELECT d.session FROM \(schema.consumer) AS d
            WHERE \(condition) AND d.ended_at IS NULL AND NOT \(schema.isAlive("d.epoch"))
            FOR UPDATE OF d SKIP LOCKED
        ))
        """
    }

    /// Ends rounds that come to nothing.
    ///
    /// Whose time is over may be followed by another at once, with more time; one that is void not so soon. The last of many
    /// that were void although their probes had come back is a loss.
    ///
    /// - Parameters:
    ///   - schema: The namespace.
    ///   - condition: SQL for which rows `p`.
    ///   - reason: SQL for why.
    /// - Returns: SQL.
    static func end(_ schema: Schema, where condition: String, reason: String) -> String {
        let voids = "p.voids + (p.gives_up_at > now() AND p.phase = \(ProbeRound.Phase.returned.rawValue))::integer"
        return """
            WITH over AS MATERIALIZED (
                SELECT p.queue, p.id, \(reason) AS reason, \(voids) AS voids, \(voids) >= \(ProbeRound.voidLimit) AS is_loss
                FROM \(schema.probe) AS p WHERE p.id IS NOT NULL AND \(condition)
            ), ended AS (
                UPDATE \(schema.probe) AS p
                SET id = NULL, consumers = '{}', failures = p.failures + 1, reason = over.reason,
                    voids = CASE WHEN over.is_loss THEN 0 ELSE over.voids END,
                    not_before = CASE WHEN p.gives_up_at <= now() THEN '-infinity' ELSE now() + least(p.patience / 4, interval '2 minutes') END
                FROM over WHERE p.queue = over.queue AND p.id = over.id
                RETURNING p.queue, over.id, over.is_loss
            ), lost AS (
                INSERT INTO \(schema.loss) (id, queue, is_confirmed) SELECT id, queue, true FROM ended WHERE is_loss
            ), forgotten AS (
                DELETE FROM \(schema.watermarkCopy) AS w USING ended WHERE w.probe = ended.id AND NOT ended.is_loss
            )
            SELECT queue, is_loss FROM ended
            """
    }
}

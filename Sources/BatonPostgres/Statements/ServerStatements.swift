internal import Baton

/// Servers, their leases and their audit (PROTOCOL sections 2 and 3).
struct ServerStatements: Sendable {
    /// `$1` epoch, `$2` name, `$3` process id, `$4` queues, `$5` concurrency, `$6` job names, `$7` lease in microseconds,
    /// `$8` presence.
    let register: String
    /// `$1` epoch, `$2` lease in microseconds, `$3` the process that holds the server's lock, or NULL; `$4` how old
    /// another's renewal must be to be told of it, in microseconds, or NULL; `$5` the renewal that the offer of an early
    /// certificate rests on, NULL when none is offered.
    ///
    /// Not synchronous. When the lease was renewed, returns the epochs of the others that are late, the renewal, the ids and
    /// claims of all rows of the epoch, or NULL where the table is not tiny and needs an audit of its own, and the queues that
    /// are paused for the server.
    let renew: String
    /// `$1` epoch, `$2` ids of the runs; `$3` and `$4` the stretch to look through, `$5` when the last round began, `$6` what this
    /// one has found so far (``TableWalk``).
    ///
    /// Returns rows of a kind (see ``HeartbeatRow``), an id and a claim.
    let audit: String
    /// `$1` epoch.
    ///
    /// A claim under way is waited for; what it claimed has no owner then and is put back.
    let deregister: String
    /// `$1` ids, sorted; `$2` the server; `$3` claim numbers; `$4` session; `$5` seqs; `$6` reason.
    ///
    /// Returns what is to be published.
    let putBackUnheld: String
    /// `$1` epoch, `$2` lease in microseconds.
    ///
    /// Returns the epoch when this call wrote the certificate.
    ///
    /// Three conditions keep an outage of the database from killing anybody: the server process and this backend are
    /// older than a lease, and some living server's heartbeats came through for a whole lease without a gap. The last
    /// also covers a database that was frozen and goes on with all its sessions.
    let certify: String

    init(_ schema: Schema) {
        register = """
            INSERT INTO \(schema.server) AS s (epoch, name, pid, queues, concurrency, job_names, lease_until, presence)
            VALUES ($1, $2, $3, $4, $5, $6, now() + \(Schema.interval("$7")), $8)
            ON CONFLICT (epoch) DO UPDATE SET lease_until = excluded.lease_until, heartbeat_at = now() WHERE NOT s.dead
            """
        renew = Self.renew(schema)
        audit = Self.audit(schema)
        deregister = "DELETE FROM \(schema.server) WHERE epoch = $1"
        let givenBack = "greatest(j.attempt - 1, 0)"
        let entry = schema.entry(
            .enqueued,
            reason: "$6",
            server: "$2",
            attempt: givenBack,
            generation: "j.generation + 1"
        )
        putBackUnheld = """
            WITH back AS (
                UPDATE \(schema.active) AS j
                SET state = \(JobState.enqueued.code), generation = j.generation + 1, attempt = \(givenBack), claim = NULL,
                    session = $4, seq = \(Schema.own("$5::bigint[]")), enqueued_at = \(Schema.moveTime), state_at = \(Schema.moveTime),
                    history = j.history || \(entry)
                WHERE j.id = ANY ($1) AND j.state = \(JobState.processing.code) AND j.owner = $2
                    AND j.claim = \(Schema.own("$3::bigint[]"))
                RETURNING j.id, j.generation, j.queue, j.type, j.seq, j.priority
            ), \(WaitingStatements.woken(schema, by: "ARRAY(SELECT queue FROM back)"))
            SELECT id, generation, queue, type, seq, priority FROM back
            """
        let lease = Schema.interval("$2")
        certify = """
            WITH expired AS MATERIALIZED (
                -- Locked against claims, which an update of a column that is no key would not be.
                SELECT epoch FROM \(schema.server) WHERE epoch = $1 AND NOT dead AND lease_until < now() FOR UPDATE
            )
            UPDATE \(schema.server) AS s SET dead = true, certified_at = now()
            FROM expired
            WHERE s.epoch = expired.epoch AND NOT s.dead AND s.lease_until < now()
                AND pg_postmaster_start_time() < now() - \(lease)
                AND (SELECT backend_start FROM pg_stat_get_activity(pg_backend_pid())) < now() - \(lease)
                AND EXISTS (
                    SELECT FROM \(schema.server) AS witness
                    WHERE NOT witness.dead AND witness.heartbeat_at > now() - \(lease) / \(Self.gapsPerLease)
                        AND witness.unbroken_since < now() - \(lease)
                )
            RETURNING s.epoch
            """
    }

    /// A gap of more than this part of a lease breaks the line of heartbeats.
    ///
    /// Heartbeats come three times a lease or oftener. Who misses one of them and then a gap that breaks nothing still
    /// renews in time, so an outage that leaves the line unbroken ends no lease.
    private static let gapsPerLease = 2

    /// Up to this size the active table is looked through together with the renewal: an idle server asks once a heartbeat.
    static let tinyTableBytes = 1 << 20

    private static func renew(_ schema: Schema) -> String {
        """
        WITH lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), look AS MATERIALIZED (
            SELECT pg_relation_size('\(schema.active)'::regclass) <= \(tinyTableBytes) AS is_tiny
        ), owned AS MATERIALIZED (
            SELECT array_agg(j.id) AS ids, array_agg(j.claim) AS claims FROM \(schema.active) AS j
            WHERE (SELECT is_tiny FROM look) AND \(isOwned)
        )
        UPDATE \(schema.server) AS s
        SET heartbeat_at = now(), lease_until = now() + \(Schema.interval("$2")),
            unbroken_since = CASE
                WHEN s.heartbeat_at > now() - \(Schema.interval("$2")) / \(gapsPerLease) THEN s.unbroken_since
                ELSE now()
            END,
            -- Over another connection than the lock's, or after another renewal, it would prove nothing.
            offers_takeover = coalesce(
                $3::integer = pg_backend_pid() AND $5::bigint = \(TakeoverStatements.renewal("s")), false
            ),
            stood_after = s.heartbeat_at
        FROM lazy, look, owned
        WHERE s.epoch = $1 AND NOT s.dead
        RETURNING ARRAY(
            SELECT peer.epoch FROM \(schema.server) AS peer
            WHERE peer.heartbeat_at < now() - \(Schema.interval("$4::bigint")) AND peer.epoch <> $1
                AND peer.offers_takeover AND NOT peer.dead
        ), \(TakeoverStatements.renewal("s")), CASE WHEN look.is_tiny THEN coalesce(owned.ids, '{}') END,
            CASE WHEN look.is_tiny THEN coalesce(owned.claims, '{}') END, \(PauseStatements.paused(schema, for: "s"))
        """
    }

    /// Whether the server `$1` runs a row `j`.
    private static let isOwned = "j.owner = $1 AND j.state = \(JobState.processing.code)"

    private static func audit(_ schema: Schema) -> String {
        """
        WITH look AS MATERIALIZED (
            SELECT \(TableWalk.mayLook(schema, from: "$3::text", begun: "$5::timestamptz")) AS may
        )
        SELECT \(HeartbeatRow.looked.rawValue)::smallint AS kind, NULL::uuid AS id, \(TableWalk.blocks(schema)) AS claim,
            now() AS at
        FROM look WHERE may
        UNION ALL
        SELECT \(HeartbeatRow.held.rawValue)::smallint, j.id, j.claim, NULL FROM \(schema.active) AS j
        WHERE j.id = ANY ($2) AND \(isOwned)
        UNION ALL
        SELECT \(HeartbeatRow.owned.rawValue)::smallint, j.id, j.claim, NULL FROM \(schema.active) AS j
        WHERE (SELECT may FROM look) AND \(TableWalk.holds(from: "$3::text", to: "$4::text")) AND \(isOwned)
        UNION ALL
        SELECT \(HeartbeatRow.foundBefore.rawValue)::smallint, j.id, j.claim, NULL FROM \(schema.active) AS j
        WHERE j.id = ANY ($6) AND \(isOwned)
        """
    }
}

/// What a row of the heartbeat's answer says.
enum HeartbeatRow: Int16 {
    /// The stretch was looked through; its claim is how many blocks the table has.
    case looked
    /// A run that was asked about is still owned.
    case held
    /// A processing row of the epoch in the stretch.
    case owned
    /// One that an earlier stretch of the round had.
    case foundBefore
}

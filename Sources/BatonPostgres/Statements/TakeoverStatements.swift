/// Early certificates (PROTOCOL section 3).
struct TakeoverStatements: Sendable {
    /// `$1` presence.
    ///
    /// Returns whether this session holds the lock now, and the session's process.
    let lock: String
    /// `$1` epoch.
    ///
    /// Returns the presence, the renewal, the age in microseconds of the one that its offer rests on and whether the lock
    /// is held; nothing when only the lease may end the server.
    let sight: String
    /// `$1` epoch, `$2` renewal.
    ///
    /// Returns the epoch when this call wrote the certificate. That the lock is free is asked for once more, with the row
    /// locked against the server's renewals and claims; and that this session is older than the renewal that the offer
    /// rests on, so that a restart of the database, which takes everybody's locks, kills nobody.
    let certify: String

    init(_ schema: Schema) {
        lock = "SELECT pg_try_advisory_lock(\(Self.key("$1::uuid"))), pg_backend_pid()"
        sight = """
            SELECT s.presence, \(Self.renewal("s")),
                (extract(epoch FROM now() - s.stood_after) * 1000000)::bigint, \(Self.isLocked("s.presence"))
            FROM \(schema.server) AS s
            WHERE s.epoch = $1 AND s.offers_takeover AND s.stood_after IS NOT NULL AND s.presence IS NOT NULL
                AND NOT s.dead
            """
        certify = """
            WITH suspect AS MATERIALIZED (
                SELECT s.epoch, s.presence FROM \(schema.server) AS s
                WHERE s.epoch = $1 AND s.offers_takeover AND NOT s.dead AND \(Self.renewal("s")) = $2
                FOR UPDATE
            )
            UPDATE \(schema.server) AS s SET dead = true, certified_at = now()
            FROM suspect
            WHERE s.epoch = suspect.epoch AND NOT s.dead AND s.offers_takeover AND \(Self.renewal("s")) = $2
                AND (SELECT backend_start FROM pg_stat_get_activity(pg_backend_pid())) < s.stood_after
                AND NOT \(Self.isLocked("suspect.presence"))
            RETURNING s.epoch
            """
    }

    /// The number of a server's lock.
    ///
    /// - Parameter presence: SQL for the server's presence.
    /// - Returns: SQL.
    private static func key(_ presence: String) -> String {
        "hashtextextended('baton server ' || \(presence), 0)"
    }

    /// The name of a server's last renewal: its time, by which no two are the same.
    ///
    /// - Parameter server: SQL for the server's row.
    /// - Returns: SQL.
    static func renewal(_ server: String) -> String {
        "(extract(epoch FROM \(server).heartbeat_at) * 1000000)::bigint"
    }

    /// Whether any session holds a server's lock.
    ///
    /// Read, not tried for: a lock taken only to see whether it is free could keep its owner from taking it back.
    private static func isLocked(_ presence: String) -> String {
        """
        EXISTS (
            SELECT FROM pg_locks AS l
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND (l.classid::bigint << 32) | l.objid::bigint = \(key(presence))
        )
        """
    }
}

internal import Baton

/// Publisher sessions and their watermarks (PROTOCOL sections 1 and 2).
struct SessionStatements: Sendable {
    /// `$1` session, `$2` lease in microseconds.
    let open: String
    /// `$1` session, `$2` confirmed below, `$3` pending, `$4` lease in microseconds.
    ///
    /// Not synchronous.
    ///
    /// A row that a failover took away is written again: what the publisher says is true whatever the database forgot.
    let save: String
    /// `$1` session, `$2` confirmed below, `$3` pending.
    ///
    /// Final: a save that comes later changes nothing.
    let close: String
    /// `$1` session, `$2` seqs.
    let releaseMarks: String

    init(_ schema: Schema) {
        open = """
            INSERT INTO \(schema.session) AS p (session, confirmed_below, pending, lease_until)
            VALUES ($1, 1, '{}', now() + \(Schema.interval("$2")))
            ON CONFLICT (session) DO UPDATE SET lease_until = excluded.lease_until, heartbeat_at = now()
            WHERE p.ended_at IS NULL
            """
        save = """
            WITH lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            INSERT INTO \(schema.session) AS p (session, confirmed_below, pending, lease_until)
            SELECT $1, $2, $3, now() + \(Schema.interval("$4")) FROM lazy
            ON CONFLICT (session) DO UPDATE SET confirmed_below = excluded.confirmed_below, pending = excluded.pending,
                lease_until = excluded.lease_until, heartbeat_at = now()
            WHERE p.ended_at IS NULL AND p.confirmed_below <= excluded.confirmed_below
            """
        close = """
            INSERT INTO \(schema.session) AS p (session, confirmed_below, pending, lease_until, ended_at)
            VALUES ($1, $2, $3, now(), now())
            ON CONFLICT (session) DO UPDATE SET confirmed_below = excluded.confirmed_below, pending = excluded.pending,
                lease_until = now(), heartbeat_at = now(), ended_at = now()
            """
        releaseMarks = """
            UPDATE \(schema.active) SET session = NULL, seq = NULL
            WHERE session = $1 AND seq = ANY ($2) AND state = \(JobState.enqueued.code)
            """
    }
}

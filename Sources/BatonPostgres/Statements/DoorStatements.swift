internal import Baton

/// What servers look for that comes in by SQL.
///
/// Such a row bears no session and the number 0, which gives it a place of its own in the index over both.
struct DoorStatements: Sendable {
    /// Whether rows are there, and the oldest transaction that is still open.
    let look: String
    /// The same; then says that nobody is told of the next one.
    let disarm: String
    /// Asks to be told.
    let arm: String
    /// Whether rows are there, the oldest transaction that is still open, and one that no older one follows.
    ///
    /// Asked after ``arm``, in a transaction of its own: whoever has not seen the arm is older than this last one.
    let lookArmed: String
    /// Takes rows over to be published: `$1` session, `$2` first seq, `$3` how many at most.
    ///
    /// Returns what is to be published. No repair, and no line of the history: nobody else was to publish them.
    let publish: String

    init(_ schema: Schema) {
        let isWaiting = "session IS NULL AND seq = 0 AND state = \(JobState.enqueued.code)"
        let columns = """
            SELECT EXISTS (SELECT FROM \(schema.active) WHERE \(isWaiting)),
                pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            """
        look = columns
        disarm = """
            \(columns), setval('\(schema.door)', 0),
                pg_notify('\(schema.workChannel)', '\(DoorSign.disarmed.rawValue)')
            """
        arm = "SELECT setval('\(schema.door)', 1)"
        lookArmed = "\(columns), pg_current_xact_id()::text::bigint"
        publish = """
            WITH locked AS MATERIALIZED (
                SELECT id FROM \(schema.active) WHERE \(isWaiting) LIMIT $3 FOR UPDATE SKIP LOCKED
            ), numbered AS (
                SELECT id, $2 + row_number() OVER (ORDER BY id) - 1 AS seq FROM locked
            )
            UPDATE \(schema.active) AS j
            -- The age of an unconfirmed row counts from its mark.
            SET session = $1, seq = n.seq, state_at = \(Schema.moveTime)
            FROM numbered AS n WHERE j.id = n.id
            RETURNING j.id, j.generation, j.queue, j.type, j.seq, j.priority
            """
    }

    /// Tells servers that wait to be told.
    ///
    /// Takes no lock: who has found the arm tells, until the first server that was told has taken it off.
    ///
    /// - Parameters:
    ///   - schema: The namespace.
    ///   - sign: What to say.
    /// - Returns: SQL of a query with one row at most.
    static func tell(_ schema: Schema, _ sign: DoorSign) -> String {
        "SELECT pg_notify('\(schema.workChannel)', '\(sign.rawValue)') FROM \(schema.door) WHERE last_value = 1"
    }
}

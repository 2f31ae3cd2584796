internal import Baton

/// Claims (PROTOCOL move 2).
struct ClaimStatements: Sendable {
    /// `$1` ids, sorted; `$2` generations; `$3` the server; `$4` the claim number.
    ///
    /// Returns the jobs claimed.
    ///
    /// The lock on the server's row is what a certificate waits for, and what waits for a certificate: once one is
    /// committed, no claim of that epoch can commit any more.
    let claim: String
    /// How rows stand that a compare-and-set did not match: `$1` ids, `$2` the server asking.
    ///
    /// One row for the server itself, with a NULL id, and one for each job there is.
    let standing: String
    /// Puts off jobs that nobody claimed: `$1` ids, sorted; `$2` generations; `$3` delay in microseconds; `$4` reason.
    let postpone: String

    init(_ schema: Schema) {
        let isDelivered = """
            j.id = ANY ($1) AND j.state = \(JobState.enqueued.code) AND j.generation = \(Schema.own("$2::integer[]"))
            """
        let entry = schema.entry(.processing, server: "$3", run: "j.run + 1", attempt: "j.attempt + 1")
        claim = """
            WITH me AS MATERIALIZED (
                SELECT FROM \(schema.server) WHERE epoch = $3 AND NOT dead FOR KEY SHARE
            )
            UPDATE \(schema.active) AS j
            SET state = \(JobState.processing.code), run = j.run + 1, attempt = j.attempt + 1, owner = $3, claim = $4,
                state_at = \(Schema.moveTime), history = j.history || \(entry)
            WHERE \(isDelivered) AND EXISTS (SELECT FROM me)
            RETURNING \(Self.claimedColumns)
            """
        let parts = schema.jobTables.map { table in
            """
            SELECT j.state, j.owner, \(schema.isAlive("j.owner")), \(Self.claimedColumns)
            FROM \(table) AS j WHERE j.id = ANY ($1)
            """
        }
        standing = """
            SELECT NULL::smallint AS state, NULL::uuid AS owner, \(schema.isAlive("$2")) AS owner_lives, \(Self.noColumns)
            UNION ALL
            \(parts.joined(separator: "\nUNION ALL\n"))
            """
        let values = JobColumns.values(replacing: [
            "state": "\(JobState.scheduled.code)", "state_at": Schema.moveTime,
            "run_at": "now() + \(Schema.interval("$3"))",
            "owner": "NULL", "claim": "NULL", "session": "NULL", "seq": "NULL",
            "history": "j.history || \(schema.entry(.scheduled, reason: "$4", data: Self.due("$3")))",
        ])
        postpone = """
            WITH j AS (DELETE FROM \(schema.active) AS j WHERE \(isDelivered) RETURNING j.*)
            INSERT INTO \(schema.scheduled) (\(JobColumns.list)) SELECT \(values) FROM j
            RETURNING id
            """
    }

    /// What a run needs to know of a row `j`.
    static let claimedColumns = claimed.map(\.value).joined(separator: ", ")
    static let claimedColumnCount = claimed.count
    private static let noColumns = claimed.map { "NULL::\($0.type)" }.joined(separator: ", ")
    private static let claimed = [
        (value: "j.id", type: "uuid"), (value: "j.claim", type: "bigint"), (value: "j.generation", type: "integer"),
        (value: "j.type", type: "text"), (value: "j.queue", type: "text"), (value: "j.arguments", type: "jsonb"),
        (value: "j.run", type: "integer"), (value: "j.attempt", type: "integer"),
        (value: "j.max_attempts", type: "integer"), (value: "j.timeout_ms", type: "bigint"),
        (value: "j.created_at", type: "timestamptz"), (value: "j.enqueued_at", type: "timestamptz"),
        // What the enqueue said beyond the columns; NULL for most.
        (value: "(j.history[1]).data - 'scheduled_at'", type: "jsonb"),
    ]

    /// What belongs to a scheduled job in its history.
    ///
    /// - Parameter delay: SQL for the delay in microseconds.
    /// - Returns: SQL.
    static func due(_ delay: String) -> String {
        "jsonb_build_object('scheduled_at', now() + \(Schema.interval(delay)))"
    }
}

internal import Baton

/// New jobs that are a server's from the start (PROTOCOL move 7).
struct EagerStatements: Sendable {
    /// Stores jobs and claims them, or none of them where the server is certified dead: `$1` ids, `$2` types, `$3` queues,
    /// `$4` arguments, `$5` attempts, `$6` priorities, `$7` timeouts, `$8` what more is said, as JSON; `$9` the server, `$10`
    /// the claim number.
    ///
    /// Returns when each was stored. For the lock on the server's row see ``ClaimStatements``.
    let insert: String
    /// The same for a single job, as most calls make one: `$1` to `$8` are values in the place of arrays.
    let insertOne: String

    init(_ schema: Schema) {
        insert = Self.insert(schema, ofOne: false)
        insertOne = Self.insert(schema, ofOne: true)
    }

    private static let columns = [
        (name: "id", type: "uuid"), (name: "type", type: "text"), (name: "queue", type: "text"),
        (name: "arguments", type: "jsonb"), (name: "max_attempts", type: "integer"),
        (name: "priority", type: "smallint"), (name: "timeout_ms", type: "bigint"), (name: "notes", type: "jsonb"),
    ]

    private static func insert(_ schema: Schema, ofOne isOne: Bool) -> String {
        let names = columns.map(\.name)
        let parameters = columns.enumerated().map { "$\($0 + 1)::\($1.type)" }
        let stored = names.dropLast().joined(separator: ", ")
        // One is named where it is read, and needs no arrays.
        let values = isOne ? parameters.dropLast().joined(separator: ", ") : stored
        let arrays = parameters.map { "\($0)[]" }.joined(separator: ", ")
        let rows = isOne ? "me" : "me CROSS JOIN unnest(\(arrays)) AS n (\(names.joined(separator: ", ")))"
        let notes = isOne ? parameters.last ?? "NULL" : "notes"
        let enqueued = schema.entry(
            .enqueued,
            at: "now()",
            run: "0",
            attempt: "0",
            generation: "1",
            data: notes
        )
        let server = "$9::uuid"
        let claimed = schema.entry(.processing, at: "now()", server: server, run: "1", attempt: "1", generation: "1")
        return """
            WITH me AS MATERIALIZED (
                SELECT FROM \(schema.server) WHERE epoch = \(server) AND NOT dead FOR KEY SHARE
            )
            INSERT INTO \(schema.active) (
                \(stored), state, generation, run, attempt, created_at, enqueued_at, state_at, owner, claim, history
            )
            SELECT \(values), \(JobState.processing.code), 1, 1, 1, now(), now(), now(), \(server), $10::bigint,
                ARRAY[\(enqueued), \(claimed)]
            FROM \(rows)
            RETURNING created_at
            """
    }
}

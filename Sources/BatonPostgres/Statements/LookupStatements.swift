internal import Baton

/// One job, and its end by hand.
struct LookupStatements: Sendable {
    /// A job as it stands: `$1` id.
    let job: String
    /// A job's history, oldest first: `$1` id.
    let history: String
    /// Deletes a job that is not final: `$1` id, `$2` reason, `$3` the state in which it must be, NULL for any.
    ///
    /// Returns the id.
    ///
    /// It takes the claim off, so that the completion of a run that is still going on finds itself fenced.
    let delete: String
    /// Deletes jobs that are not final: `$1` ids, sorted, `$2` reason, `$3` the states and `$4` the generations in
    /// which they must be, NULL for any.
    ///
    /// Returns their ids. It takes their claims off, too.
    let deleteMany: String
    /// Whether a job exists that is not final: `$1` id, `$2` the state in which it must be, NULL for any.
    ///
    /// A job on its way between two tables escapes the delete's snapshot; this one, taken later, sees it.
    let isPending: String

    /// Reads jobs as they stand, from one table `j`.
    ///
    /// - Parameter table: The table.
    /// - Returns: SQL, without a condition.
    static func selection(from table: String) -> String {
        """
        SELECT j.id, j.type, j.queue, j.state, j.arguments, j.generation, j.run, j.attempt, j.max_attempts, j.created_at,
            j.state_at, j.run_at, j.result, j.error_type, j.error_message, (
                SELECT h.data ->> 'error_details' FROM unnest(j.history) WITH ORDINALITY
                    AS h (at, state, reason, server, run, attempt, generation, data, seq)
                WHERE h.data ? 'error_type' ORDER BY h.seq DESC LIMIT 1
            ) AS error_details, (
                SELECT h.data FROM unnest(j.history) WITH ORDINALITY
                    AS h (at, state, reason, server, run, attempt, generation, data, seq)
                WHERE h.state = \(JobState.processing.code) ORDER BY h.seq DESC LIMIT 1
            ) AS progress
        FROM \(table) AS j
        """
    }

    init(_ schema: Schema) {
        job = schema.jobTables.map { "\(Self.selection(from: $0)) WHERE j.id = $1" }.joined(separator: "\nUNION ALL\n")
        history = """
            SELECT h.at, h.state, h.reason, h.server, h.run, h.attempt, h.data
            FROM (\(schema.jobTables.map { "SELECT history FROM \($0) WHERE id = $1" }.joined(separator: " UNION ALL "))) AS j
            CROSS JOIN LATERAL unnest(j.history) WITH ORDINALITY
                AS h (at, state, reason, server, run, attempt, generation, data, seq)
            ORDER BY h.seq
            """
        let pending = [schema.active, schema.scheduled, schema.failed]
        func isMeant(_ state: String) -> String { "id = $1 AND state = coalesce(\(state)::smallint, state)" }
        let gone = pending.indices.map { "g\($0) AS (DELETE FROM \(pending[$0]) WHERE \(isMeant("$3")) RETURNING *)" }
        let union = pending.indices.map { "SELECT \(JobColumns.list) FROM g\($0)" }
        let values = JobColumns.values(replacing: [
            "state": "\(JobState.deleted.code)", "state_at": Schema.moveTime, "claim": "NULL", "session": "NULL",
            "seq": "NULL",
            "run_at": "NULL", "history": "j.history || \(schema.entry(.deleted, reason: "$2"))",
        ])
        func moved(_ gone: [String]) -> String {
            """
            WITH \(gone.joined(separator: ", "))
            INSERT INTO \(schema.finished) (\(JobColumns.list))
            SELECT \(values) FROM (\(union.joined(separator: " UNION ALL "))) AS j
            RETURNING id
            """
        }
        delete = moved(gone)
        deleteMany = moved(
            pending.indices.map { index in
                """
                g\(index) AS (
                    DELETE FROM \(pending[index]) AS h
                    USING unnest($1::uuid[], $3::smallint[], $4::integer[]) AS t (id, state, generation)
                    WHERE h.id = ANY ($1::uuid[]) AND h.id = t.id
                        AND h.state = coalesce(t.state, h.state) AND h.generation = coalesce(t.generation, h.generation)
                    RETURNING h.*
                )
                """
            }
        )
        isPending = pending.map { "SELECT id FROM \($0) WHERE \(isMeant("$2"))" }.joined(separator: " UNION ALL ")
    }
}

/// The columns that every table of jobs has, in the same order, so that a move is a plain copy.
enum JobColumns {
    /// Name and type, by falling alignment, so that no row carries padding.
    static let definitions: [(name: String, type: String)] = [
        ("id", "uuid NOT NULL"),
        ("created_at", "timestamptz NOT NULL"),
        ("enqueued_at", "timestamptz"),
        ("state_at", "timestamptz NOT NULL"),
        ("run_at", "timestamptz"),
        ("timeout_ms", "bigint"),
        ("claim", "bigint"),
        ("seq", "bigint"),
        ("generation", "integer NOT NULL"),
        ("run", "integer NOT NULL"),
        ("attempt", "integer NOT NULL"),
        ("max_attempts", "integer NOT NULL"),
        ("state", "smallint NOT NULL"),
        ("priority", "smallint NOT NULL"),
        ("owner", "uuid"),
        ("session", "uuid"),
        ("parent_id", "uuid"),
        ("type", "text NOT NULL"),
        ("queue", "text NOT NULL"),
        ("unique_key", "text"),
        ("error_type", "text"),
        ("error_message", "text"),
        ("arguments", "jsonb NOT NULL"),
        ("result", "jsonb"),
    ]

    /// The names in a list, for the target of an insert.
    static let list = (definitions.map(\.name) + ["history"]).joined(separator: ", ")

    /// The values of a row `j`, for the source of an insert.
    ///
    /// - Parameter replaced: SQL for the columns that the move changes.
    /// - Returns: SQL, in the order of ``list``.
    static func values(replacing replaced: [String: String] = [:]) -> String {
        (definitions.map(\.name) + ["history"])
            .map { column in replaced[column] ?? "j.\(column)" }
            .joined(separator: ", ")
    }
}

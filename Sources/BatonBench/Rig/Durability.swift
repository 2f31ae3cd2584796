import PostgresClient

/// Whether the database keeps what it has committed.
enum Durability {
    /// Refuses a database that may lose commits: it would be faster, and its figures would mean nothing.
    ///
    /// - Parameter database: The database.
    /// - Throws: ``BenchError``, or `PostgresError`.
    static func check(_ database: PostgresClient) async throws {
        let row = try await database.query(
            PostgresStatement(
                "SELECT current_setting('fsync'), current_setting('synchronous_commit')",
                prepared: false
            )
        ).first
        guard let (fsync, commit) = try row?.decode((String, String).self) else { return }
        try check(fsync: fsync, synchronousCommit: commit)
    }

    /// Refuses settings with which commits may be lost.
    ///
    /// - Parameters:
    ///   - fsync: The setting `fsync`.
    ///   - commit: The setting `synchronous_commit`.
    /// - Throws: ``BenchError``.
    static func check(fsync: String, synchronousCommit commit: String) throws(BenchError) {
        guard fsync == "on" else {
            throw BenchError(
                .notDurable,
                "PostgreSQL runs with fsync = \(fsync) and can lose everything in a crash. Set it to on; figures "
                    + "without it mean nothing."
            )
        }
        guard ["on", "remote_apply"].contains(commit) else {
            throw BenchError(
                .notDurable,
                "synchronous_commit is \(commit) for this role or database, so commits can be lost. Set it to on; "
                    + "figures without it mean nothing."
            )
        }
    }
}

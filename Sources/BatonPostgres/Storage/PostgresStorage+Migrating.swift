public import Baton
internal import PostgresClient

extension PostgresStorage {
    /// The version of a namespace's schema.
    public struct SchemaVersion: Sendable, Hashable {
        /// The version that is there; 0 where there is none yet.
        public var found: Int
        /// The version that this program works with.
        public var known: Int

        /// Whether this program works with it.
        public var isCurrent: Bool { found == known }
    }

    /// Reads the version of a namespace's schema, over a connection of its own, and changes nothing.
    ///
    /// - Parameter configuration: Where the database is.
    /// - Returns: The version.
    /// - Throws: ``JobStorageError``.
    public static func schemaVersion(
        _ configuration: Configuration
    ) async throws(JobStorageError) -> SchemaVersion {
        let schema = Schema(namespace: try Namespace(configuration.namespace))
        return try await connected(configuration) { connection throws(PostgresError) in
            try await version(of: schema, connection)
        }
    }

    /// Creates a namespace's schema, or brings it up to this version, over a connection of its own.
    ///
    /// Several may try at once, and servers of the version before may be running: ``run()`` does the same unless it is told
    /// not to.
    ///
    /// - Parameter configuration: Where the database is.
    /// - Returns: The version that was there before.
    /// - Throws: ``JobStorageError``: a schema mismatch when a newer version made it.
    @discardableResult
    public static func migrate(_ configuration: Configuration) async throws(JobStorageError) -> SchemaVersion {
        let schema = Schema(namespace: try Namespace(configuration.namespace))
        return try await connected(configuration) { connection throws(PostgresError) in
            let before = try await version(of: schema, connection)
            try await connection.query(PostgresStatement(Migration.statement(for: schema), prepared: false))
            return before
        }
    }

    private static func version(
        of schema: Schema,
        _ connection: PostgresConnection
    ) async throws(PostgresError) -> SchemaVersion {
        var version = SchemaVersion(found: 0, known: Migration.currentVersion)
        let look = "SELECT to_regclass('\(schema.migration)') IS NOT NULL"
        let isThere = try await connection.query(PostgresStatement(look, prepared: false)).first?.decode(Bool.self, 0)
        guard isThere == true else { return version }
        let query = PostgresStatement(Migration.versionQuery(for: schema), prepared: false)
        version.found = try await connection.query(query).first?.decode(Int.self, 0) ?? 0
        return version
    }

    private static func connected<Answer>(
        _ configuration: Configuration,
        _ body: (PostgresConnection) async throws(PostgresError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        do throws(PostgresError) {
            let connection = try await PostgresConnection.connect(
                configuration.upkeep(sessionName: configuration.sessionName()),
                logger: configuration.logger
            )
            let answer: Result<Answer, PostgresError>
            do throws(PostgresError) {
                answer = .success(try await body(connection))
            } catch {
                answer = .failure(error)
            }
            await connection.close()
            return try answer.get()
        } catch {
            throw JobStorageError(error)
        }
    }
}

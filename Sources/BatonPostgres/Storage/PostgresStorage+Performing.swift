internal import Baton
internal import PostgresClient
internal import Synchronization

extension PostgresStorage {
    /// How often a transaction is tried that lost against a concurrent one.
    private static let maximumTries = 5

    /// Waits until the schema is there.
    ///
    /// - Returns: The namespace's statements.
    /// - Throws: ``JobStorageError`` when the storage has stopped or its namespace cannot be used.
    func ready() async throws(JobStorageError) -> Statements {
        let statements = try sql.get().statements
        if !readiness.isOpen.load(ordering: .acquiring) {
            try await readiness.wait()
        }
        return statements
    }

    /// Runs statements in one transaction and one round trip.
    ///
    /// - Parameters:
    ///   - client: Through which connections.
    ///   - statements: The statements.
    /// - Returns: A result for each.
    /// - Throws: ``JobStorageError``.
    @discardableResult
    func perform(
        on client: some PostgresSession,
        _ statements: [PostgresStatement]
    ) async throws(JobStorageError) -> [PostgresResult] {
        try await retrying { () throws(PostgresError) in try await client.execute(statements) }
    }

    /// Runs one statement in a transaction of its own.
    ///
    /// - Parameters:
    ///   - client: Through which connections.
    ///   - statement: The statement.
    /// - Returns: Its result.
    /// - Throws: ``JobStorageError``.
    @discardableResult
    func perform(
        on client: some PostgresSession,
        _ statement: PostgresStatement
    ) async throws(JobStorageError) -> PostgresResult {
        try await retrying { () throws(PostgresError) in try await client.query(statement) }
    }

    /// Tries a transaction again that was certainly rolled back in favour of a concurrent one.
    ///
    /// - Parameter body: The transaction.
    /// - Returns: What it returns.
    /// - Throws: ``JobStorageError``.
    func retrying<Value>(
        _ body: () async throws(PostgresError) -> Value
    ) async throws(JobStorageError) -> Value {
        var tries = 1
        while true {
            do throws(PostgresError) {
                return try await body()
            } catch {
                let lostAgainstAnother = error.code == .queryFailed && error.isRetryable && !error.outcomeIsUnknown
                guard lostAgainstAnother, tries < Self.maximumTries else { throw JobStorageError(error) }
                tries += 1
            }
        }
    }

    /// Reads an answer.
    ///
    /// - Parameter body: How to read it.
    /// - Returns: What was read.
    /// - Throws: ``JobStorageError``: the outcome is unknown to the caller when the answer cannot be read.
    func reading<Value>(
        _ body: () throws(PostgresError) -> Value
    ) throws(JobStorageError) -> Value {
        do throws(PostgresError) {
            return try body()
        } catch {
            throw JobStorageError(error)
        }
    }
}

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

    /// How long a change of one row waits for whoever has it locked.
    private static let lockPatience = Duration.seconds(1)

    /// Runs statements over the connections for the work, in one transaction and one round trip, that give up soon when
    /// somebody's open transaction holds what they change: claims must not wait behind them.
    ///
    /// - Parameter statements: The statements.
    /// - Returns: A result for each.
    /// - Throws: ``JobStorageError``: ``JobStorageError/Code/unavailable`` when they have given up.
    func performBriefly(_ statements: [PostgresStatement]) async throws(JobStorageError) -> [PostgresResult] {
        let milliseconds = Self.lockPatience.microseconds / 1000
        let limit = PostgresStatement("SELECT set_config('lock_timeout', $1, true)", "\(milliseconds)ms")
        do throws(JobStorageError) {
            return Array(try await perform(on: work, [limit] + statements).dropFirst())
        } catch {
            guard (error.underlyingError as? PostgresError)?.sqlState == .lockNotAvailable else { throw error }
            throw JobStorageError(
                .unavailable,
                "Another transaction has held the row for \(milliseconds) ms; nothing was changed. Try again.",
                underlyingError: error.underlyingError
            )
        }
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

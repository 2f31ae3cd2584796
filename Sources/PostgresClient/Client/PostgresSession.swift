/// What runs statements: a client, a connection or a transaction.
public protocol PostgresSession: Sendable {
    /// Runs statements in one round trip and, outside an explicit transaction, in one transaction.
    ///
    /// - Parameters:
    ///   - statements: The statements; an error in one skips the rest.
    ///   - timeout: How long they may take; nil is the configuration's ``PostgresConfiguration/statementTimeout``.
    /// - Returns: One result for each statement.
    /// - Throws: ``PostgresError`` when a statement fails or the connection does.
    func execute(
        _ statements: [PostgresStatement],
        timeout: Duration?
    ) async throws(PostgresError) -> [PostgresResult]
}

extension PostgresSession {
    /// Runs statements in one round trip and, outside an explicit transaction, in one transaction.
    ///
    /// - Parameter statements: The statements; an error in one skips the rest.
    /// - Returns: One result for each statement.
    /// - Throws: ``PostgresError`` when a statement fails or the connection does.
    @discardableResult
    public func execute(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult] {
        try await self.execute(statements, timeout: nil)
    }

    /// Runs a statement in one round trip.
    ///
    /// - Parameters:
    ///   - statement: The statement.
    ///   - timeout: How long it may take; nil is the configuration's ``PostgresConfiguration/statementTimeout``.
    /// - Returns: Its result.
    /// - Throws: ``PostgresError`` when it fails or the connection does.
    @discardableResult
    public func query(
        _ statement: PostgresStatement,
        timeout: Duration? = nil
    ) async throws(PostgresError) -> PostgresResult {
        let results = try await self.execute([statement], timeout: timeout)
        guard let result = results.first else {
            throw PostgresError(.queryFailed, "The server sent no result")
        }
        return result
    }
}

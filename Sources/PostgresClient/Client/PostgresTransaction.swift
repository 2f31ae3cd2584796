/// An open transaction, for the duration of ``PostgresClient/withTransaction(_:)``.
public struct PostgresTransaction: PostgresSession {
    let connection: PostgresConnection

    /// Runs statements in the transaction, in one round trip.
    ///
    /// - Parameters:
    ///   - statements: The statements; an error in one skips the rest and makes the transaction fail.
    ///   - timeout: How long they may take; nil is the configuration's ``PostgresConfiguration/statementTimeout``.
    /// - Returns: One result for each statement.
    /// - Throws: ``PostgresError`` when a statement fails or the connection does.
    @discardableResult
    public func execute(
        _ statements: [PostgresStatement],
        timeout: Duration?
    ) async throws(PostgresError) -> [PostgresResult] {
        try await self.connection.execute(statements, timeout: timeout)
    }
}

/// An open transaction, for the duration of ``PostgresClient/withTransaction(_:)``.
public struct PostgresTransaction: PostgresSession {
    let connection: PostgresConnection

    /// Runs statements in the transaction, in one round trip.
    ///
    /// - Parameter statements: The statements; an error in one skips the rest and makes the transaction fail.
    /// - Returns: One result for each statement.
    /// - Throws: ``PostgresError`` when a statement fails or the connection does.
    @discardableResult
    public func execute(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult] {
        try await self.connection.execute(statements)
    }
}

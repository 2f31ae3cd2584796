/// What runs statements: a client, a connection or a transaction.
public protocol PostgresSession: Sendable {
    /// Runs statements in one round trip and, outside an explicit transaction, in one transaction.
    ///
    /// - Parameter statements: The statements; an error in one skips the rest.
    /// - Returns: One result for each statement.
    /// - Throws: ``PostgresError`` when a statement fails or the connection does.
    func execute(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult]
}

extension PostgresSession {
    /// Runs a statement in one round trip.
    ///
    /// - Parameter statement: The statement.
    /// - Returns: Its result.
    /// - Throws: ``PostgresError`` when it fails or the connection does.
    @discardableResult
    public func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresResult {
        let results = try await self.execute([statement])
        guard let result = results.first else {
            throw PostgresError(.queryFailed, "The server sent no result")
        }
        return result
    }
}

extension PostgresConnection {
    /// Runs a transaction: commits when the body returns, rolls back when it throws.
    ///
    /// Nobody else may use the connection meanwhile: what they send would be part of the transaction.
    ///
    /// - Parameter body: What to do in the transaction.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws; ``PostgresError`` with the code ``PostgresError/Code/commitFailed`` when the
    ///   commit fails, and with ``PostgresError/outcomeIsUnknown`` when nobody knows whether it did.
    public nonisolated(nonsending) func withTransaction<Result>(
        _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        try await self.execute([.begin])
        return try await self.finishTransaction(body)
    }

    /// Runs the body of a transaction that has begun, and ends it.
    nonisolated(nonsending) func finishTransaction<Result>(
        _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body(PostgresTransaction(connection: self))
        } catch {
            // A connection that is gone has rolled back; the body's error is the one that matters.
            _ = try? await self.executeUncancellably([.rollback])
            throw error
        }
        try await self.commit()
        return result
    }

    private nonisolated(nonsending) func commit() async throws(PostgresError) {
        let results: [PostgresResult]
        do {
            results = try await self.executeUncancellably([.commit])
        } catch {
            var failure = PostgresError(.commitFailed, error.message, underlyingError: error)
            failure.sqlState = error.sqlState
            failure.detail = error.detail
            failure.hint = error.hint
            failure.constraintName = error.constraintName
            failure.outcomeIsUnknown = error.outcomeIsUnknown
            throw failure
        }
        // The server's polite answer when a statement has failed and the body has not minded.
        if results.first?.commandTag == "ROLLBACK" {
            throw PostgresError(.commitFailed, "The transaction was rolled back: a statement in it had failed")
        }
    }
}

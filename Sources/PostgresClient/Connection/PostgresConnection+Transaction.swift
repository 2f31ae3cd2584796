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
        let course = TransactionCourse()
        let result = try await self.finishTransaction(course, body)
        await course.tellOfCommit()
        return result
    }

    /// Runs the body of a transaction that has begun, and ends it.
    nonisolated(nonsending) func finishTransaction<Result>(
        _ course: TransactionCourse,
        _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body(PostgresTransaction(connection: self, course: course))
        } catch {
            // A connection that is gone has rolled back; the body's error is the one that matters.
            _ = try? await self.executeUncancellably([.rollback])
            for participant in course.close() { participant.transactionEnded(.rolledBack) }
            throw error
        }
        try await self.commit(course.close())
        return result
    }

    private nonisolated(nonsending) func commit(
        _ participants: [any TransactionParticipant]
    ) async throws(PostgresError) {
        var last: [[PostgresStatement]] = []
        for participant in participants { last.append(await participant.lastStatements()) }
        let results: [PostgresResult]
        do throws(PostgresError) {
            results = try await self.commit(after: last.flatMap(\.self))
        } catch {
            let ending = error.outcomeIsUnknown ? TransactionEnding.unknown : .rolledBack
            for participant in participants { participant.transactionEnded(ending) }
            throw error
        }
        var rest = results[...]
        for (participant, statements) in zip(participants, last) {
            participant.transactionEnded(.committed(Array(rest.prefix(statements.count))))
            rest = rest.dropFirst(statements.count)
        }
    }

    /// Commits.
    ///
    /// - Parameter last: Statements that are sent with the commit.
    /// - Returns: Their results.
    /// - Throws: ``PostgresError`` with the code ``PostgresError/Code/commitFailed``.
    private nonisolated(nonsending) func commit(
        after last: [PostgresStatement]
    ) async throws(PostgresError) -> [PostgresResult] {
        var results: [PostgresResult]
        do {
            results = try await self.executeUncancellably(last + [.commit])
        } catch {
            // The commit was passed over if one of the others has failed.
            if !last.isEmpty, !error.outcomeIsUnknown { _ = try? await self.executeUncancellably([.rollback]) }
            var failure = PostgresError(.commitFailed, error.message, underlyingError: error)
            failure.sqlState = error.sqlState
            failure.detail = error.detail
            failure.hint = error.hint
            failure.constraintName = error.constraintName
            failure.outcomeIsUnknown = error.outcomeIsUnknown
            throw failure
        }
        // The server's polite answer when a statement has failed and the body has not minded.
        if results.popLast()?.commandTag == "ROLLBACK" {
            throw PostgresError(.commitFailed, "The transaction was rolled back: a statement in it had failed")
        }
        return results
    }
}

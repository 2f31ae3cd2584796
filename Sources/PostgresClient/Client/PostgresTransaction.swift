/// An open transaction, for the duration of ``PostgresClient/withTransaction(_:)``.
public struct PostgresTransaction: PostgresSession {
    let connection: PostgresConnection
    let course: TransactionCourse

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

    /// Finds a participant in the transaction, or lets one join.
    ///
    /// - Parameters:
    ///   - owner: What it belongs to; each owner has one.
    ///   - make: Makes the participant.
    /// - Returns: The participant.
    /// - Throws: ``PostgresError`` when the transaction has ended.
    package func participant<Participant: TransactionParticipant>(
        of owner: AnyObject,
        _ make: () -> Participant
    ) throws(PostgresError) -> Participant {
        try self.course.participant(for: ObjectIdentifier(owner), make)
    }
}

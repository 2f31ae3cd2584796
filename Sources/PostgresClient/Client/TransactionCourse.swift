import Locking

/// Who has a part in an open transaction.
final class TransactionCourse: Sendable {
    private struct State {
        var isOpen = true
        var participants: [(key: ObjectIdentifier, participant: any TransactionParticipant)] = []
    }

    private let state = Locked(State())

    /// Finds a participant, or lets one join.
    ///
    /// - Parameters:
    ///   - key: What it belongs to.
    ///   - make: Makes the participant.
    /// - Returns: The one that belongs to the key.
    /// - Throws: ``PostgresError`` when the transaction has ended.
    func participant<Participant: TransactionParticipant>(
        for key: ObjectIdentifier,
        _ make: () -> Participant
    ) throws(PostgresError) -> Participant {
        try self.state.withLock { state throws(PostgresError) in
            guard state.isOpen else { throw PostgresError(.invalidStatement, "The transaction has ended") }
            for case (key, let participant as Participant) in state.participants { return participant }
            let participant = make()
            state.participants.append((key, participant))
            return participant
        }
    }

    /// Tells all who took part that the transaction was committed, once its connection is free.
    func tellOfCommit() async {
        for (_, participant) in self.state.withLock(\.participants) { await participant.transactionWasCommitted() }
    }

    /// Lets nobody join any more.
    ///
    /// - Returns: Who has, in the order in which they did.
    func close() -> [any TransactionParticipant] {
        self.state.withLock { state in
            state.isOpen = false
            return state.participants.map(\.participant)
        }
    }
}

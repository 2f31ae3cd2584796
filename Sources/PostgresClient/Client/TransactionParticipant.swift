/// Somebody who has a part in a transaction that another runs: the last word before its commit, and word of its end.
package protocol TransactionParticipant: Sendable {
    /// The last statements of the transaction, which are sent with its commit; when one of them fails, it is rolled back.
    ///
    /// Asked for once, when the transaction's body has returned; not at all when that has thrown.
    ///
    /// - Returns: The statements.
    func lastStatements() async -> [PostgresStatement]

    /// The transaction has ended. Its connection is taken still.
    ///
    /// - Parameter ending: How.
    func transactionEnded(_ ending: TransactionEnding)

    /// The transaction was committed, and its connection is free again: what takes time belongs here. Whoever runs the
    /// transaction waits for it.
    func transactionWasCommitted() async
}

/// How a transaction has ended.
package enum TransactionEnding: Sendable {
    /// It is committed; with the results of the participant's last statements.
    case committed([PostgresResult])
    /// Nothing of it has taken effect, and nothing will.
    case rolledBack
    /// The commit was sent, and the connection lost before its answer: it may have taken effect, or do so yet.
    case unknown
}

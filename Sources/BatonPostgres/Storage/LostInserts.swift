internal import Baton
internal import PostgresClient

/// The server processes that may still come to an insert whose answer was lost.
///
/// A statement can lie in a socket's buffer while its client has long given it up and repeated it elsewhere. Run after
/// the repeated job has finished, it would find no conflict and bring the job back to life. So a repeat first ends the
/// processes that the earlier tries were sent to.
actor LostInserts {
    private let sessionName: String
    private var processIDs: Set<Int32> = []

    /// - Parameter sessionName: The name of the storage's own sessions; no other is ever ended.
    init(sessionName: String) {
        self.sessionName = sessionName
    }

    /// Notes that an insert's answer was lost.
    ///
    /// - Parameter processID: The server process it was sent to.
    func note(_ processID: Int32) {
        processIDs.insert(processID)
    }

    /// Makes sure that none of them can run any more.
    ///
    /// - Parameter client: Where to ask for it.
    /// - Throws: `PostgresError` when that cannot be known.
    func settle(through client: PostgresClient) async throws(PostgresError) {
        guard !processIDs.isEmpty else { return }
        let settled = processIDs
        let statement = PostgresStatement(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE pid = ANY ($1) AND application_name = $2 AND pid <> pg_backend_pid()
            """,
            Array(settled),
            sessionName
        )
        for row in try await client.query(statement) where try !row.decode(Bool.self, 0) {
            var error = PostgresError(.queryFailed, "A process that holds an earlier try of an insert does not end")
            error.outcomeIsUnknown = true
            throw error
        }
        processIDs.subtract(settled)
    }
}

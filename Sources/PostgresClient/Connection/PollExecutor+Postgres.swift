import PollExecutor

extension PollExecutor {
    /// A thread for PostgreSQL connections.
    static func postgres() throws(PostgresError) -> PollExecutor {
        do throws(PollExecutorError) {
            return try PollExecutor(starting: "postgres")
        } catch {
            throw PostgresError(error)
        }
    }
}

extension PostgresError {
    init(_ error: PollExecutorError) {
        self.init(.outOfResources, error.message, underlyingError: error)
    }
}

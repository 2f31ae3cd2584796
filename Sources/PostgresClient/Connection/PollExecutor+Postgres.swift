import PollExecutor

extension PollExecutor {
    /// A thread for PostgreSQL connections, with room for others that share it and parse what strangers send.
    static func postgres() throws(PostgresError) -> PollExecutor {
        do throws(PollExecutorError) {
            return try PollExecutor(starting: "postgres", stackSize: 16 << 20)
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

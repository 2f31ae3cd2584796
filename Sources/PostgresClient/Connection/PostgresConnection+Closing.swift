import PollExecutor

extension PostgresConnection {
    /// Waits until the connection has ended, by whatever cause; that is noticed at once, also while nothing is under way.
    ///
    /// One task at a time may wait, and none for a connection of a pool. A task that is cancelled closes the connection.
    ///
    /// - Returns: Why it ended.
    package func untilClosed() async -> PostgresError {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.whenClosed { continuation.resume(returning: $0) }
            }
        } onCancel: {
            self.executor.execute { self.assumeIsolated { $0.close() } }
        }
    }
}

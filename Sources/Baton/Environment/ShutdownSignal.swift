import ServiceLifecycle

/// The beginning of the graceful shutdown, waited for within the task that asks.
///
/// ServiceLifecycle's own functions wait in tasks of nobody's, which run on the system's threads and in no order that a
/// simulation could repeat.
enum ShutdownSignal {
    /// Waits for the graceful shutdown.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before.
    static func wait() async throws {
        let bell = Wakeup()
        try await withGracefulShutdownHandler {
            try await bell.wait()
        } onGracefulShutdown: {
            bell.ring()
        }
    }

    /// Does something that is cancelled when the graceful shutdown begins.
    ///
    /// - Parameter operation: What to do.
    /// - Returns: What the operation returns.
    /// - Throws: What the operation throws.
    static func cancelling<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                try? await wait()
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
                group.cancelAll()
            }
            throw CancellationError()
        }
    }
}

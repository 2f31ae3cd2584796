public import Logging
public import PollExecutor

extension PostgresConnection {
    /// Waits until the connection has ended, by whatever cause; that is noticed at once, also while nothing is under way.
    ///
    /// A task that is cancelled closes the connection: it is for whoever owns it.
    ///
    /// - Returns: Why it ended.
    public func untilClosed() async -> PostgresError {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                self.whenClosed { continuation.resume(returning: $0) }
            }
        } onCancel: {
            self.executor.execute { self.assumeIsolated { $0.close() } }
        }
    }

    /// Runs a closure with a connection of its own, for as long as that connection lives.
    ///
    /// For what belongs to a session, such as advisory locks: when the connection breaks, the locks are gone, and the
    /// closure's task is cancelled at once.
    ///
    /// - Parameters:
    ///   - configuration: The database.
    ///   - executor: The executor to live on; by default one of its own.
    ///   - logger: Where notices of the server go.
    ///   - body: What to do with the connection, which is closed afterwards.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or ``PostgresError`` when no connection can be made or it has broken.
    public static func withConnection<Result: Sendable>(
        _ configuration: PostgresConfiguration,
        executor: PollExecutor? = nil,
        logger: Logger = Logger(label: "postgres", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ body: @escaping @Sendable (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await self.connect(configuration, executor: executor, logger: logger)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body(connection) }
            group.addTask {
                let error = await connection.untilClosed()
                if error.code == .connectionClosed { return nil }
                throw error
            }
            // The connection is closed by the body, or by this when the task is cancelled; its end is the body's matter.
            while let next = try await group.next() {
                guard let result = next else { continue }
                group.cancelAll()
                try await group.waitForAll()
                return result
            }
            throw PostgresError(.connectionClosed, "The connection was closed")
        }
    }
}

/// Runs calls that block, such as name look-ups, where they hold up nobody.
public enum BlockingThread {
    /// Starts one blocking call on a thread of its own, for a caller that may give up on it.
    ///
    /// - Parameters:
    ///   - name: The thread's name, cut to 15 bytes.
    ///   - body: The call.
    /// - Throws: ``PollExecutorError`` when the system has no thread left; the body is not called then.
    package static func start(
        name: String,
        _ body: @escaping @Sendable () -> Void
    ) throws(PollExecutorError) {
        try SystemThread.start(name: name, stackSize: 0, body)
    }

    /// Runs one blocking call on a thread of its own and waits for it without blocking.
    ///
    /// A call that is under way cannot be cancelled: give it a deadline of its own.
    ///
    /// - Parameters:
    ///   - name: The thread's name, cut to 15 bytes.
    ///   - body: The call.
    /// - Returns: What the call returns.
    /// - Throws: What the call throws, or ``PollExecutorError`` when the system has no thread left.
    public static func run<Result: Sendable>(
        name: String,
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withUnsafeThrowingContinuation { continuation in
            do throws(PollExecutorError) {
                try SystemThread.start(name: name, stackSize: 0) {
                    continuation.resume(with: Swift.Result(catching: body))
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

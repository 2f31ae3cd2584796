/// Runs calls that block, such as name look-ups, where they hold up nobody.
public enum BlockingThread {
    /// Starts one blocking call on a thread of its own, for a caller that may give up on it.
    ///
    /// - Parameters:
    ///   - name: The thread's name, cut to 15 bytes.
    ///   - body: The call.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        SystemThread.start(name: name, stackSize: 0, body)
    }

    /// Runs one blocking call on a thread of its own and waits for it without blocking.
    ///
    /// A call that is under way cannot be cancelled: give it a deadline of its own.
    ///
    /// - Parameters:
    ///   - name: The thread's name, cut to 15 bytes.
    ///   - body: The call.
    /// - Returns: What the call returns.
    /// - Throws: What the call throws.
    public static func run<Result: Sendable, Failure: Error>(
        name: String,
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = await withUnsafeContinuation { continuation in
            SystemThread.start(name: name, stackSize: 0) {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

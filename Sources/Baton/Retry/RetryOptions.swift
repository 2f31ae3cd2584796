/// What a single enqueue says of retries, in place of the job's policy; stored with the job.
///
/// What is `nil` is left to the policy. Which errors are retried, and waits that a function works out, are the policy's
/// alone: code cannot be stored.
public struct RetryOptions: Sendable, Hashable {
    /// How long failed attempts wait for the next one.
    public var delays: RetryDelays?

    /// What becomes of the job when its attempts are used up.
    public var whenExhausted: ExhaustedAction?

    /// Creates options; what is left out is not said.
    ///
    /// - Parameters:
    ///   - delays: How long failed attempts wait for the next one.
    ///   - whenExhausted: What becomes of the job when its attempts are used up.
    public init(delays: RetryDelays? = nil, whenExhausted: ExhaustedAction? = nil) {
        self.delays = delays
        self.whenExhausted = whenExhausted
    }

    /// These options, filled up from others where they say nothing.
    ///
    /// - Parameter base: What holds where these options say nothing.
    /// - Returns: The merged options.
    func merging(over base: RetryOptions) -> RetryOptions {
        RetryOptions(delays: delays ?? base.delays, whenExhausted: whenExhausted ?? base.whenExhausted)
    }

    /// Whether anything is said.
    var isEmpty: Bool {
        delays == nil && whenExhausted == nil
    }
}

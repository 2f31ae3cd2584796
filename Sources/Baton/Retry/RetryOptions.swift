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

    /// Waits for each failure; the last one holds for all further ones.
    ///
    /// - Parameter delays: The waits, 1 to 100 of them.
    /// - Returns: The options.
    public static func fixed(_ delays: [Duration]) -> RetryOptions {
        RetryOptions(delays: .fixed(delays))
    }

    /// Waits each longer than the one before by a factor, up to a maximum.
    ///
    /// - Parameters:
    ///   - initial: The wait after the first failure.
    ///   - factor: By how much each further wait is longer, at least 1.
    ///   - maximum: The longest wait.
    ///   - jitter: Which part of each wait is taken off at random, at most: 0 for none, 1 for anything down to no wait.
    /// - Returns: The options.
    public static func exponential(
        initial: Duration = .seconds(1),
        factor: Double = 2,
        maximum: Duration = .seconds(3600),
        jitter: Double = 0.2
    ) -> RetryOptions {
        RetryOptions(delays: .exponential(initial: initial, factor: factor, maximum: maximum, jitter: jitter))
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

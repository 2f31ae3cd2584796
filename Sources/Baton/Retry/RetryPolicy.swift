/// How long a failed job waits before its next attempt.
public struct RetryPolicy: Sendable {
    /// Hangfire's default delay: round((n−1)⁴ + 15 + r·n) seconds after the nth failure, r random in 0...29.
    ///
    /// 15 to 44 s after the first failure, about 1.8 hours after the tenth. Source: Hangfire 1.8's
    /// AutomaticRetryAttribute.
    public static let hangfire = RetryPolicy { failure, random in
        let base = failure - 1
        return .seconds(base * base * base * base + 15 + random.integer(in: 0...29) * failure)
    }

    private let delay: @Sendable (_ failure: Int, _ random: any RandomSource) -> Duration

    /// Creates a policy.
    ///
    /// - Parameter delay: The wait after the nth failed attempt, n from 1, and a source of jitter.
    public init(_ delay: @escaping @Sendable (_ failure: Int, _ random: any RandomSource) -> Duration) {
        self.delay = delay
    }

    /// The wait after a failed attempt.
    ///
    /// - Parameters:
    ///   - failure: Which attempt failed, from 1.
    ///   - random: A source of jitter.
    /// - Returns: How long to wait, zero at least.
    public func delay(afterFailure failure: Int, random: any RandomSource) -> Duration {
        max(delay(failure, random), .zero)
    }
}

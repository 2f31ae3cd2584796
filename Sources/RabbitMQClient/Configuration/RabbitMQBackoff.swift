/// How long to wait between attempts: longer after each failure, and never at the same moment as everybody else.
public struct RabbitMQBackoff: Hashable, Sendable {
    /// The longest wait before the first new attempt.
    public var initial: Duration
    /// The longest wait before any attempt.
    public var maximum: Duration

    /// Makes a backoff that doubles from one wait to the next.
    ///
    /// - Parameters:
    ///   - initial: The longest wait before the first new attempt.
    ///   - maximum: The longest wait before any attempt.
    public init(initial: Duration = .milliseconds(100), maximum: Duration = .seconds(10)) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The wait before an attempt: between half and all of what the failures so far allow.
    ///
    /// - Parameters:
    ///   - failures: How often it has failed in a row.
    ///   - jitter: Chance's choice, from 0 to 1.
    /// - Returns: How long to wait.
    func delay(afterFailures failures: Int, jitter: Double = .random(in: 0...1)) -> Duration {
        var longest = self.initial
        for _ in 0..<min(max(0, failures - 1), 62) where longest < self.maximum { longest *= 2 }
        longest = min(longest, self.maximum)
        return longest * (0.5 + jitter / 2)
    }
}

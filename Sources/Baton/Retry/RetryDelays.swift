/// How long failed attempts wait for the next one, in a form that can be stored with a job.
public struct RetryDelays: Sendable, Hashable {
    enum Form: Sendable, Hashable {
        case hangfire
        case exponential(initial: Duration, factor: Double, maximum: Duration, jitter: Double)
        case fixed([Duration])
    }

    /// The longest wait: a leap year.
    public static let longest = Duration.seconds(366 * 86_400)

    /// How many waits a list may have.
    static let maximumCount = 100

    let form: Form

    /// Hangfire's default: round((n−1)⁴ + 15 + r·n) seconds after the nth failure, r random in 0...29.
    ///
    /// 15 to 44 s after the first failure, about 1.8 hours after the tenth. Source: Hangfire 1.8's
    /// AutomaticRetryAttribute.
    public static let hangfire = RetryDelays(form: .hangfire)

    /// Each wait longer than the one before by a factor, up to a maximum.
    ///
    /// - Parameters:
    ///   - initial: The wait after the first failure.
    ///   - factor: By how much each further wait is longer, at least 1.
    ///   - maximum: The longest wait.
    ///   - jitter: Which part of each wait is taken off at random, at most: 0 for none, 1 for anything down to no wait.
    /// - Returns: The delays.
    public static func exponential(
        initial: Duration = .seconds(1),
        factor: Double = 2,
        maximum: Duration = .seconds(3600),
        jitter: Double = 0.2
    ) -> RetryDelays {
        RetryDelays(form: .exponential(initial: initial, factor: factor, maximum: maximum, jitter: jitter))
    }

    /// A wait for each failure; the last one holds for all further ones.
    ///
    /// - Parameter delays: The waits, 1 to 100 of them.
    /// - Returns: The delays.
    public static func fixed(_ delays: [Duration]) -> RetryDelays {
        RetryDelays(form: .fixed(delays))
    }

    /// The wait after a failed attempt.
    ///
    /// - Parameters:
    ///   - failure: Which attempt failed, from 1.
    ///   - random: A source of jitter.
    /// - Returns: How long to wait, from zero to ``longest``.
    public func delay(afterFailure failure: Int, random: any RandomSource) -> Duration {
        Self.bounded(unbounded(afterFailure: max(failure, 1), random))
    }

    /// Brings a wait into the range in which waits lie.
    ///
    /// - Parameter delay: The wait.
    /// - Returns: The wait, or the nearest there is.
    static func bounded(_ delay: Duration) -> Duration {
        min(max(delay, .zero), longest)
    }

    private func unbounded(afterFailure failure: Int, _ random: any RandomSource) -> Duration {
        switch form {
        case .hangfire:
            // From some 75 failures on it is longer than the longest, and some day than what an Int holds.
            let base = min(failure, 1000) - 1
            return .seconds(base * base * base * base + 15 + random.integer(in: 0...29) * min(failure, 1000))
        case .exponential(let initial, let factor, let maximum, let jitter):
            let longest = min(maximum, Self.longest)
            let growth = Self.power(factor, failure - 1)
            let wait = initial > .zero ? min(initial / .seconds(1) * growth, longest / .seconds(1)) : 0
            return .microseconds(Int64(wait * (1 - jitter * random.fraction()) * 1_000_000))
        case .fixed(let delays):
            return delays.isEmpty ? .zero : delays[min(failure, delays.count) - 1]
        }
    }

    /// Checks the waits.
    ///
    /// - Throws: ``JobError`` with the code ``JobError/Code/invalidOptions``.
    func validate() throws(JobError) {
        let waits: [Duration]
        switch form {
        case .hangfire: return
        case .exponential(let initial, let factor, let maximum, let jitter):
            guard factor >= 1, factor.isFinite else {
                throw JobError(.invalidOptions, "Waits grow by a factor of 1 or more, not \(factor).")
            }
            guard (0...1).contains(jitter) else {
                throw JobError(.invalidOptions, "Jitter is a part of the wait, from 0 to 1, not \(jitter).")
            }
            guard initial <= maximum else {
                throw JobError(.invalidOptions, "The first wait, \(initial), is longer than the longest, \(maximum).")
            }
            waits = [initial, maximum]
        case .fixed(let delays):
            guard (1...Self.maximumCount).contains(delays.count) else {
                throw JobError(.invalidOptions, "A list of waits has 1 to \(Self.maximumCount), not \(delays.count).")
            }
            waits = delays
        }
        if let wait = waits.first(where: { $0 != Self.bounded($0) }) {
            throw JobError(.invalidOptions, "A wait is from zero to 366 days long, not \(wait).")
        }
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, left) = (1.0, base, exponent)
        while left > 0 {
            if left & 1 == 1 { result *= square }
            square *= square
            left >>= 1
        }
        return result
    }
}

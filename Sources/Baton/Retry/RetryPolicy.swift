/// Whether a failed job is tried again, when, and what becomes of it when its attempts are used up.
///
/// A server has one for all jobs, a job may declare its own, and an enqueue says what differs with ``RetryOptions``:
///
/// ```swift
/// @Job("mail.welcome", maximumAttempts: 5, retry: .exponential(initial: .seconds(5)).except(on: NoSuchUser.self))
/// ```
public struct RetryPolicy: Sendable {
    /// Hangfire's default delay, for every error; what is used up fails.
    public static let hangfire = RetryPolicy(.hangfire)

    /// What becomes of a job when its attempts are used up.
    package private(set) var exhaustedAction = ExhaustedAction.fail

    private let stored: RetryDelays?
    private let delay: @Sendable (_ failure: Int, _ random: any RandomSource) -> Duration
    private var isRetried: @Sendable (any Error) -> Bool = { _ in true }

    /// Creates a policy with waits that a function works out.
    ///
    /// - Parameter delay: The wait after the nth failed attempt, n from 1, and a source of jitter.
    public init(_ delay: @escaping @Sendable (_ failure: Int, _ random: any RandomSource) -> Duration) {
        stored = nil
        self.delay = delay
    }

    /// Creates a policy.
    ///
    /// - Parameter delays: How long failed attempts wait for the next one.
    public init(_ delays: RetryDelays) {
        stored = delays
        delay = { delays.delay(afterFailure: $0, random: $1) }
    }

    /// Each wait longer than the one before by a factor, up to a maximum.
    ///
    /// - Parameters:
    ///   - initial: The wait after the first failure.
    ///   - factor: By how much each further wait is longer, at least 1.
    ///   - maximum: The longest wait.
    ///   - jitter: Which part of each wait is taken off at random, at most, from 0 to 1.
    /// - Returns: The policy.
    public static func exponential(
        initial: Duration = .seconds(1),
        factor: Double = 2,
        maximum: Duration = .seconds(3600),
        jitter: Double = 0.2
    ) -> RetryPolicy {
        RetryPolicy(.exponential(initial: initial, factor: factor, maximum: maximum, jitter: jitter))
    }

    /// A wait for each failure; the last one holds for all further ones.
    ///
    /// - Parameter delays: The waits, 1 to 100 of them.
    /// - Returns: The policy.
    public static func fixed(_ delays: [Duration]) -> RetryPolicy {
        RetryPolicy(.fixed(delays))
    }

    /// The wait after a failed attempt.
    ///
    /// - Parameters:
    ///   - failure: Which attempt failed, from 1.
    ///   - random: A source of jitter.
    /// - Returns: How long to wait, from zero to ``RetryDelays/longest``.
    public func delay(afterFailure failure: Int, random: any RandomSource) -> Duration {
        RetryDelays.bounded(delay(failure, random))
    }

    /// Checks the waits, as far as they are known.
    ///
    /// - Throws: ``JobError`` with the code ``JobError/Code/invalidOptions``.
    func validate() throws(JobError) {
        try stored?.validate()
    }
}

extension RetryPolicy {
    /// This policy, for errors of some types only; any other fails the job at once, a ``JobTimeoutError`` too.
    ///
    /// - Parameter types: The types; subclasses count.
    /// - Returns: The policy.
    public func only(on types: any Error.Type...) -> RetryPolicy {
        only { error in types.contains { Self.is(error, $0) } }
    }

    /// This policy, but for errors of some types, which fail the job at once.
    ///
    /// - Parameter types: The types; subclasses count.
    /// - Returns: The policy.
    public func except(on types: any Error.Type...) -> RetryPolicy {
        only { error in !types.contains { Self.is(error, $0) } }
    }

    /// This policy, for some errors only; any other fails the job at once.
    ///
    /// - Parameter isRetried: Which are retried.
    /// - Returns: The policy.
    public func only(where isRetried: @escaping @Sendable (any Error) -> Bool) -> RetryPolicy {
        var policy = self
        policy.isRetried = { [before = self.isRetried] error in before(error) && isRetried(error) }
        return policy
    }

    /// This policy, with another end for jobs whose attempts are used up.
    ///
    /// It is no end for an error that is not retried: that job fails. So does one whose server died during its last attempt,
    /// when it is found by a server or an operator's command that does not know the job.
    ///
    /// - Parameter action: What becomes of them.
    /// - Returns: The policy.
    public func whenExhausted(_ action: ExhaustedAction) -> RetryPolicy {
        var policy = self
        policy.exhaustedAction = action
        return policy
    }

    /// Whether an error is worth another attempt.
    ///
    /// - Parameter error: What the job threw.
    /// - Returns: Whether it is.
    public func retries(_ error: any Error) -> Bool {
        isRetried(error)
    }

    private static func `is`<Failure: Error>(_ error: any Error, _ type: Failure.Type) -> Bool {
        error is Failure
    }
}

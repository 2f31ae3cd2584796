/// How an entry's occurrences become jobs.
public struct RecurringPolicy: Sendable, Hashable {
    private static let longestJitter = Duration.seconds(86_400)

    /// What becomes of occurrences that passed while no server was there.
    public var misfire: MisfirePolicy
    /// What becomes of an occurrence while the job of the one before has not ended.
    public var overlap: OverlapPolicy
    /// By how much a job may be put off, so that many entries of one time do not start together; a day at most.
    ///
    /// It follows from the entry and the occurrence: every server puts it off by the same.
    public var jitter: Duration

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - misfire: What becomes of occurrences that passed while no server was there.
    ///   - overlap: What becomes of an occurrence while the job of the one before has not ended.
    ///   - jitter: By how much a job may be put off.
    public init(misfire: MisfirePolicy = .fireOnce, overlap: OverlapPolicy = .allow, jitter: Duration = .zero) {
        self.misfire = misfire
        self.overlap = overlap
        self.jitter = jitter
    }

    /// Checks what it says.
    ///
    /// - Throws: ``RecurringError`` with the code ``RecurringError/Code/invalidPolicy``.
    func validate() throws(RecurringError) {
        if case .fireEach(let count) = misfire, !(1...MisfirePolicy.maximumCount).contains(count) {
            throw RecurringError(
                .invalidPolicy,
                "Of missed occurrences 1 to \(MisfirePolicy.maximumCount) can be made up for, not \(count)."
            )
        }
        guard (.zero...Self.longestJitter).contains(jitter) else {
            throw RecurringError(.invalidPolicy, "Jitter is a day at most and not negative; \(jitter) is not.")
        }
    }
}

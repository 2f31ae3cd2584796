import Locking

/// The last counts that were read, or why none can be.
final class LatestCounts: Sendable {
    private let counts = Locked(Result<JobCounts, any Error>.success(JobCounts()))

    /// The counts.
    var value: JobCounts {
        get throws { try counts.withLock { $0 }.get() }
    }

    /// Takes over what was read.
    ///
    /// - Parameter result: The counts, or an error that no repetition mends.
    func set(_ result: Result<JobCounts, any Error>) {
        counts.withLock { $0 = result }
    }
}

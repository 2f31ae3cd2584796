import Synchronization

/// The last counts that were read.
final class LatestCounts: Sendable {
    private let counts = Mutex(JobCounts())

    var value: JobCounts {
        counts.withLock { $0 }
    }

    func set(_ value: JobCounts) {
        counts.withLock { $0 = value }
    }
}

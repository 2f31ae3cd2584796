import Histogram
import Locking

/// Collects how long calls of one kind took.
final class CallTimes: Sendable {
    // An hour in nanoseconds, like the latencies of jobs.
    private let times = Locked(
        Histogram<UInt64>(highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: .three)
    )

    /// Times a call.
    ///
    /// - Parameter call: The call.
    /// - Returns: What it returns.
    /// - Throws: What it throws, and then it is not counted.
    func time<Result, Failure: Error>(_ call: () async throws(Failure) -> Result) async throws(Failure) -> Result {
        let start = MonotonicClock.now
        let result = try await call()
        let end = MonotonicClock.now
        times.withLock { _ = $0.record(end - start) }
        return result
    }

    /// Forgets every call.
    func reset() {
        times.withLock { $0.reset() }
    }

    /// How many there were.
    var count: Int { times.withLock { Int($0.totalCount) } }

    /// How long they took.
    var percentiles: Percentiles? { times.withLock { Percentiles(nanoseconds: $0) } }
}

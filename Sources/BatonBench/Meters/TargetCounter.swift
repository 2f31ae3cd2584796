import Locking

/// Counts what happens, and tells when an expected number is reached.
final class TargetCounter: Sendable {
    /// Sent with the time of ``MonotonicClock`` at which the expected number was reached.
    let reached = OneTimeSignal<UInt64>()

    private let expected: Int
    private let state = Locked(0)

    init(expecting count: Int) {
        expected = count
    }

    /// How many there have been.
    var count: Int { state.withLock(\.self) }

    func add(_ count: Int) {
        let now = MonotonicClock.now
        let total = state.withLock { total in
            total += count
            return total
        }
        if total >= expected {
            reached.send(now)
        }
    }
}

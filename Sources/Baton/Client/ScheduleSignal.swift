import Locking

/// Tells a scheduler in the same process of a job that may be due before it next looks.
final class ScheduleSignal: Sendable {
    private let earliest = Locked<Duration?>(nil)
    private let wakeup = Wakeup()

    /// A job was scheduled.
    ///
    /// - Parameter delay: When it becomes due, from now.
    func ring(dueIn delay: Duration) {
        earliest.withLock { $0 = min($0 ?? delay, delay) }
        wakeup.ring()
    }

    /// Waits until something was scheduled or a while has passed.
    ///
    /// - Parameters:
    ///   - duration: How long at most.
    ///   - clock: What measures it.
    /// - Returns: When the earliest of what was scheduled becomes due, or `nil`.
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait(atMost duration: Duration, clock: any JobClock) async throws -> Duration? {
        try await wakeup.wait(atMost: duration, clock: clock)
        return earliest.withLock { $0.take() }
    }
}

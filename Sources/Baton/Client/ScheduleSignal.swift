import Locking

/// Tells a scheduler in the same process of a job that may be due before it next looks.
///
/// An instant, not a delay: the scheduler may be at work, and hear of it late.
final class ScheduleSignal: Sendable {
    private let earliest = Locked<JobInstant?>(nil)
    private let wakeup = Wakeup()

    /// A job was scheduled.
    ///
    /// - Parameter due: When it becomes due.
    func ring(dueAt due: JobInstant) {
        earliest.withLock { $0 = min($0 ?? due, due) }
        wakeup.ring()
    }

    /// Waits until something was scheduled or a while has passed.
    ///
    /// - Parameters:
    ///   - duration: How long at most.
    ///   - clock: What measures it.
    /// - Returns: When the earliest of what was scheduled becomes due, or `nil`.
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait(atMost duration: Duration, clock: any JobClock) async throws -> JobInstant? {
        try await wakeup.wait(atMost: duration, clock: clock)
        return earliest.withLock { $0.take() }
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The machine's own clocks.
public struct SystemClock: JobClock {
    private static let origin = ContinuousClock.now
    /// The longest wait, a hundred years.
    ///
    /// The system counts nanoseconds in 64 bits and traps beyond.
    private static let longestWait = Duration.seconds(100 * 365 * 86_400)

    /// Creates the clock.
    public init() {}

    /// The reading of Swift's continuous clock, which on Linux is CLOCK_BOOTTIME.
    public var now: JobInstant {
        JobInstant(offset: ContinuousClock.now - Self.origin)
    }

    /// The machine's date, in UTC.
    public var date: Date {
        Date()
    }

    /// Waits until an instant.
    ///
    /// - Parameter deadline: When to go on.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(until deadline: JobInstant) async throws {
        let deadline = min(deadline, now.advanced(by: Self.longestWait))
        try await Task.sleep(until: Self.origin + deadline.offset, tolerance: .milliseconds(1), clock: .continuous)
    }
}

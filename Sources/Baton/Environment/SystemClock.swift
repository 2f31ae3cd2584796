#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The machine's own clocks.
public struct SystemClock: JobClock {
    private static let origin = ContinuousClock.now

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
        try await Task.sleep(until: Self.origin + deadline.offset, tolerance: .milliseconds(1), clock: .continuous)
    }
}

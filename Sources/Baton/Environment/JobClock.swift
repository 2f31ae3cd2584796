#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Time as the domain sees it, so that a test or a simulation can own it.
///
/// Nothing in this module reads a clock in any other way. Due times and leases are judged by the database's clock; this
/// one only measures how long to wait.
public protocol JobClock: Sendable {
    /// A reading that never goes back and counts the time a machine sleeps (CLOCK_BOOTTIME).
    var now: JobInstant { get }
    /// The date on the wall, in UTC; only for ids and for people.
    var date: Date { get }
    /// Waits until an instant.
    ///
    /// - Parameter deadline: When to go on.
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(until deadline: JobInstant) async throws
}

extension JobClock {
    /// Waits for a while.
    ///
    /// - Parameter duration: How long.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(for duration: Duration) async throws {
        try await sleep(until: now.advanced(by: duration))
    }
}

public import Baton

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Time that passes when a test says so.
///
/// ```swift
/// kit.clock.advance(by: .seconds(3600))
/// try await kit.drain()
/// ```
public final class TestClock: JobClock {
    private let start: Date
    private let time = Watched(JobInstant(offset: .zero))
    private let sleeping = Watched(0)

    /// Creates a clock that stands still.
    ///
    /// - Parameter date: The date it shows, to the millisecond; the present by default, so that it is not far from the date
    ///   of code that asks the system.
    public init(date: Date = Date()) {
        // Storage rounds dates to microseconds. From halfway between two of them, a duration could lead to either.
        start = Date(timeIntervalSince1970: (date.timeIntervalSince1970 * 1_000).rounded(.down) / 1_000)
    }

    /// The time that has passed on this clock.
    public var now: JobInstant {
        time.value
    }

    /// The date it shows.
    public var date: Date {
        start.addingTimeInterval(now.offset / .seconds(1))
    }

    /// How many tasks wait for this clock.
    public var sleeperCount: Int {
        sleeping.value
    }

    /// Lets time pass and wakes whom it passes, before this returns; they run when their threads get to it.
    ///
    /// - Parameter duration: How much; a negative one is none, for this clock never goes back.
    public func advance(by duration: Duration) {
        time.change { $0 = $0.advanced(by: max(duration, .zero)) }
    }

    /// Lets time pass until a date.
    ///
    /// - Parameter date: The date to show; nothing happens when it has passed.
    public func advance(to date: Date) {
        let instant = JobInstant(offset: .seconds(date.timeIntervalSince(start)))
        time.change { $0 = max($0, instant) }
    }

    /// Waits until a test has moved the clock that far.
    ///
    /// - Parameter deadline: When to go on.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(until deadline: JobInstant) async throws {
        sleeping.change { $0 += 1 }
        defer { sleeping.change { $0 -= 1 } }
        try await time.wait { $0 >= deadline }
    }

    /// Waits until so many tasks wait for this clock: then it can be moved without passing them by.
    ///
    /// - Parameter count: How many.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func waitForSleepers(_ count: Int = 1) async throws {
        try await sleeping.wait { $0 >= count }
    }
}

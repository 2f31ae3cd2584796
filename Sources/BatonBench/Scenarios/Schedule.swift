import PollExecutor

/// Starts calls at a fixed rate from a thread of its own, whether or not earlier ones have returned.
///
/// The timers of Swift's own threads are late by up to milliseconds, which would count as latency.
actor Schedule {
    private let executor = PollExecutor(name: "bench-schedule")
    private let interval: Double
    private let count: Int

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Plans calls.
    ///
    /// - Parameters:
    ///   - rate: Calls per second.
    ///   - count: How many calls.
    init(rate: Double, count: Int) {
        interval = 1e9 / rate
        self.count = count
    }

    /// Makes the calls, and returns when all have returned.
    ///
    /// - Parameters:
    ///   - goesOn: Asked before each call; when it says no, no further call is made.
    ///   - call: The call; it gets the time of ``MonotonicClock`` at which it is due.
    /// - Throws: What the first failing call throws.
    func run(
        while goesOn: @Sendable () -> Bool = { true },
        _ call: @escaping @Sendable @concurrent (_ due: UInt64) async throws -> Void
    ) async throws {
        let start = MonotonicClock.now
        // The callers live on the same thread: what wakes others is left to what is measured.
        try await withTaskExecutorPreference(executor.taskExecutor) {
            try await withThrowingDiscardingTaskGroup { group in
                for number in 0..<count {
                    let due = start + UInt64(Double(number) * interval)
                    await wait(until: due)
                    try Task.checkCancellation()
                    // After a call has failed; the group throws its error.
                    guard !group.isCancelled, goesOn() else { return }
                    group.addTask { try await call(due) }
                }
            }
        }
    }

    private func wait(until due: UInt64) async {
        let now = MonotonicClock.now
        guard due > now else { return }
        await withCheckedContinuation { continuation in
            _ = executor.schedule(after: .nanoseconds(due - now)) { continuation.resume() }
        }
    }
}

import Baton
import Locking
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One machine's clocks: they go with the simulation's time, and can be set wrong.
final class SimulationClock: JobClock {
    private static let epoch = Date(timeIntervalSince1970: 1_790_000_000)

    private struct State {
        /// How far the clock that never goes back is ahead: its machine slept.
        var slept = Duration.zero
        /// How far the date is wrong.
        var dateError = Duration.zero
    }

    private let scheduler: SimulationScheduler
    private let state = Locked(State())

    init(_ scheduler: SimulationScheduler) {
        self.scheduler = scheduler
    }

    /// The reading of the clock that never goes back.
    var now: JobInstant {
        let slept = state.withLock { $0.slept }
        return scheduler.now.advanced(by: slept)
    }

    /// The machine's date, right or wrong.
    var date: Date {
        let error = state.withLock { $0.slept + $0.dateError }
        return Self.epoch.addingTimeInterval((scheduler.now.offset + error) / .seconds(1))
    }

    /// Waits until an instant.
    ///
    /// - Parameter deadline: When to go on.
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(until deadline: JobInstant) async throws {
        try Task.checkCancellation()
        let sleeper = Sleeper()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                sleeper.start(continuation)
                // As long as it is from here, however far the clock is ahead.
                sleeper.timer = scheduler.after(now.duration(to: deadline)) { sleeper.end(.success(())) }
            }
        } onCancel: {
            sleeper.timer.map { _ = scheduler.cancel($0) }
            sleeper.end(.failure(CancellationError()))
        }
    }

    /// Lets the clock jump ahead, as it does when its machine has slept.
    func jump(by duration: Duration) {
        state.withLock { $0.slept += duration }
    }

    /// Sets the date wrong.
    func setDateWrong(by error: Duration) {
        state.withLock { $0.dateError = error }
    }
}

/// One task that sleeps.
private final class Sleeper: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Void, any Error>?
        var timer: UInt64?
    }

    private let state = Locked(State())

    var timer: UInt64? {
        get { state.withLock { $0.timer } }
        set { state.withLock { $0.timer = newValue } }
    }

    func start(_ continuation: CheckedContinuation<Void, any Error>) {
        state.withLock { $0.continuation = continuation }
    }

    func end(_ result: Result<Void, any Error>) {
        state.withLock { $0.continuation.take() }?.resume(with: result)
    }
}

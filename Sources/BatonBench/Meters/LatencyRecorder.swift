import Baton
import Histogram
import Locking

/// Collects how long jobs took from the moment they were to be enqueued.
///
/// Times count from that moment and not from the call, which a stalled caller would make late: so a stall counts for
/// everybody who would have had to wait (no coordinated omission).
final class LatencyRecorder: Sendable {
    private struct State {
        var dueTimes: [JobID: UInt64] = [:]
        var calls = LatencyRecorder.makeHistogram()
        var returns = LatencyRecorder.makeHistogram()
        var startsSinceCall = LatencyRecorder.makeHistogram()
        var starts = LatencyRecorder.makeHistogram()
        var finishes = LatencyRecorder.makeHistogram()
    }

    /// How long each job keeps its thread.
    let work: Duration
    private let state = Locked(State())

    init(work: Duration = .zero) {
        self.work = work
    }

    private static func makeHistogram() -> Histogram<UInt64> {
        // An hour in nanoseconds: nothing that ends is clipped.
        Histogram(highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: .three)
    }

    /// Notes that a job has been enqueued.
    ///
    /// - Parameter due: When it was to be.
    func `return`(dueAt due: UInt64) {
        let now = MonotonicClock.now
        state.withLock { _ = $0.returns.record(now.subtractingOrZero(due)) }
    }

    /// Notes that a job has been started.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - due: When it was to be enqueued.
    ///   - call: When it was.
    func start(_ id: JobID, dueAt due: UInt64, calledAt call: UInt64) {
        let now = MonotonicClock.now
        state.withLock { state in
            state.dueTimes[id] = due
            _ = state.calls.record(call.subtractingOrZero(due))
            _ = state.startsSinceCall.record(now.subtractingOrZero(call))
            _ = state.starts.record(now.subtractingOrZero(due))
        }
    }

    /// Notes that the ends of jobs are in the database.
    ///
    /// - Parameter ids: The jobs.
    func finish(_ ids: [JobID]) {
        let now = MonotonicClock.now
        state.withLock { state in
            for id in ids {
                guard let due = state.dueTimes.removeValue(forKey: id) else { continue }
                _ = state.finishes.record(now.subtractingOrZero(due))
            }
        }
    }

    /// Forgets everything, such as the warm-up.
    func reset() {
        state.withLock { $0 = State() }
    }

    /// From due to the call that enqueues: how late the bench itself is.
    var calls: Percentiles? { state.withLock { Percentiles(nanoseconds: $0.calls) } }

    /// From due to the return of the call that enqueues.
    var returns: Percentiles? { state.withLock { Percentiles(nanoseconds: $0.returns) } }

    /// From the call that enqueues to started.
    var startsSinceCall: Percentiles? { state.withLock { Percentiles(nanoseconds: $0.startsSinceCall) } }

    /// From due to started.
    var starts: Percentiles? { state.withLock { Percentiles(nanoseconds: $0.starts) } }

    /// From due to recorded in the database.
    var finishes: Percentiles? { state.withLock { Percentiles(nanoseconds: $0.finishes) } }
}

extension UInt64 {
    fileprivate func subtractingOrZero(_ other: UInt64) -> UInt64 {
        self > other ? self - other : 0
    }
}

import Baton
import Histogram
import Locking

/// Notes what becomes of every call and every job, to be compared with what SQL says.
final class OutageRecorder: Sendable {
    /// A time that something took, from the moment at which its job was due.
    struct Wait: Sendable {
        let dueAt: UInt64
        let nanoseconds: UInt64
    }

    private struct State {
        var stored: Set<JobID> = []
        var failed = 0
        var runs: [JobID: Int] = [:]
        var starts: [Wait] = []
        var returns: [Wait] = []
    }

    private let state = Locked(State())

    /// Makes a call and notes what came of it.
    ///
    /// - Parameters:
    ///   - due: When it was to be made.
    ///   - call: The call; it returns the job that is stored.
    func note(dueAt due: UInt64, _ call: () async throws -> JobID) async {
        let id = try? await call()
        let wait = Wait(dueAt: due, nanoseconds: MonotonicClock.now - due)
        state.withLock { state in
            state.returns.append(wait)
            if let id {
                state.stored.insert(id)
            } else {
                state.failed += 1
            }
        }
    }

    /// Notes that a job has started.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - due: When it was to be enqueued.
    func start(_ id: JobID, dueAt due: UInt64) {
        let wait = Wait(dueAt: due, nanoseconds: MonotonicClock.now - due)
        state.withLock { state in
            let runs = state.runs[id, default: 0] + 1
            state.runs[id] = runs
            if runs == 1 { state.starts.append(wait) }
        }
    }

    /// The jobs of the calls that returned.
    var stored: Set<JobID> { state.withLock(\.stored) }

    /// How many calls threw.
    var failedCount: Int { state.withLock(\.failed) }

    /// How many jobs have started more than once.
    var startedTwice: Int { state.withLock { $0.runs.values.count { $0 > 1 } } }

    /// From due to started, for the first time.
    ///
    /// - Parameter windows: When the jobs were due; `nil` for all.
    /// - Returns: The distribution; `nil` when there was none.
    func starts(in windows: [ClosedRange<UInt64>]? = nil) -> Percentiles? {
        Self.percentiles(state.withLock(\.starts), windows)
    }

    /// From due to the end of the call that enqueues, however it ended.
    ///
    /// - Parameter windows: When the jobs were due; `nil` for all.
    /// - Returns: The distribution; `nil` when there was none.
    func returns(in windows: [ClosedRange<UInt64>]? = nil) -> Percentiles? {
        Self.percentiles(state.withLock(\.returns), windows)
    }

    private static func percentiles(_ waits: [Wait], _ windows: [ClosedRange<UInt64>]?) -> Percentiles? {
        var histogram = Histogram<UInt64>(
            highestTrackableValue: 3_600_000_000_000,
            numberOfSignificantValueDigits: .three
        )
        for wait in waits where windows?.contains(where: { $0.contains(wait.dueAt) }) ?? true {
            _ = histogram.record(wait.nanoseconds)
        }
        return Percentiles(nanoseconds: histogram)
    }
}

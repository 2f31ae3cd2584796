import Baton
import Locking

/// Counts what becomes of jobs that are due at the same time.
final class DueTally: Sendable {
    private struct State {
        /// Those whose end is not in the database.
        var left: Set<JobID> = []
        var started: Set<JobID> = []
        var startedTwice = 0
    }

    /// Sent with the time of ``MonotonicClock`` at which the last end was in the database.
    let ended = OneTimeSignal<UInt64>()
    private let state = Locked(State())

    /// Expects jobs.
    ///
    /// - Parameter ids: Those that are stored next.
    func expect(_ ids: [JobID]) {
        state.withLock { $0.left.formUnion(ids) }
    }

    /// Notes that a job has been started.
    ///
    /// - Parameter id: The job.
    func start(_ id: JobID) {
        state.withLock { state in
            if !state.started.insert(id).inserted { state.startedTwice += 1 }
        }
    }

    /// Notes that the ends of jobs are in the database; other jobs' ends are passed over.
    ///
    /// - Parameter ids: The jobs.
    func finish(_ ids: [JobID]) {
        let now = MonotonicClock.now
        let isLast = state.withLock { state in
            let count = state.left.count
            for id in ids { state.left.remove(id) }
            return state.left.isEmpty && count > 0
        }
        if isLast { ended.send(now) }
    }

    /// How many jobs have not ended.
    var left: Int { state.withLock { $0.left.count } }

    /// How many starts were of a job that had been started before.
    var startedTwice: Int { state.withLock { $0.startedTwice } }
}

import Baton
import Locking

/// Collects what became of submissions: how long they took, and whether one was run more than once.
final class SubmissionRecorder: Sendable {
    /// How long they took.
    let times = LatencyRecorder()
    private let state = Locked((started: Set<JobID>(), twice: 0))

    /// Notes that a job has been started.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - due: When it was to be published.
    ///   - call: When it was.
    func start(_ id: JobID, dueAt due: UInt64, calledAt call: UInt64) {
        state.withLock { state in
            if !state.started.insert(id).inserted { state.twice += 1 }
        }
        times.start(id, dueAt: due, calledAt: call)
    }

    /// How many have been started.
    var started: Int { state.withLock { $0.started.count } }

    /// How many starts were of a job that had been started before.
    var startedTwice: Int { state.withLock { $0.twice } }
}

import Dispatch
import Locking

/// Where an actor lives that the test can make stand still, as if something blocked its thread.
///
/// No thread is blocked: what is to run there is kept until it may go on.
final class HeldExecutor: SerialExecutor {
    private struct State {
        var isHeld = false
        var kept: [UnownedJob] = []
    }

    private let state = Locked(State())
    private let queue = DispatchQueue(label: "held")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isKept = state.withLock { state in
            if state.isHeld { state.kept.append(job) }
            return state.isHeld
        }
        if !isKept { start(job) }
    }

    private func start(_ job: UnownedJob) {
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    // MARK: The test's side

    /// How much waits to go on.
    var keptCount: Int {
        state.withLock { $0.kept.count }
    }

    /// Lets nothing run any more that does not already.
    func hold() {
        state.withLock { $0.isHeld = true }
    }

    /// Lets go on what was kept.
    func release() {
        let kept = state.withLock { state in
            state.isHeld = false
            defer { state.kept = [] }
            return state.kept
        }
        for job in kept { start(job) }
    }
}

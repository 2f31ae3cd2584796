import DequeModule
import Locking

/// Workers without threads of their own: all run where they are told to.
final class SharedWorkers: Workers {
    private struct State {
        var waiting = Deque<WorkerStart>()
        var free: Int
        /// Whether somebody starts what waits: a run that ends at once has no call of its own to begin the next in.
        var isStarting = false
    }

    private let executor: any TaskExecutor
    private let state: Locked<State>

    /// Makes the workers.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - executor: Where they run.
    init(count: Int, executor: any TaskExecutor) {
        self.executor = executor
        state = Locked(State(free: count))
    }

    /// Hands runs to the workers, in order.
    ///
    /// - Parameter starts: The runs; those that find no free worker wait for one.
    func submit(_ starts: [WorkerStart]) {
        state.withLock { $0.waiting.append(contentsOf: starts) }
        startWaiting()
    }

    private func startWaiting() {
        let isFirst = state.withLock { state in
            defer { state.isStarting = true }
            return !state.isStarting
        }
        guard isFirst else { return }
        while let start = takeNext() {
            start(Slot(executor: executor, workers: self))
        }
    }

    private func takeNext() -> WorkerStart? {
        state.withLock { state in
            guard state.free > 0, let start = state.waiting.popFirst() else {
                state.isStarting = false
                return nil
            }
            state.free -= 1
            return start
        }
    }

    private func release() {
        state.withLock { $0.free += 1 }
        startWaiting()
    }

    private struct Slot: Worker {
        let executor: any TaskExecutor
        let workers: SharedWorkers

        func release() {
            workers.release()
        }
    }
}

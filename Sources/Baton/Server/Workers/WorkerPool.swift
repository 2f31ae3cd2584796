import DequeModule
import Locking

/// The threads of a server, one for each job that runs, and the runs that wait for one.
final class WorkerPool: Workers {
    private let line = Line()

    /// Starts the threads.
    ///
    /// - Parameter count: How many.
    /// - Throws: ``JobServerError`` when the system has not that many to give.
    init(count: Int) throws(JobServerError) {
        do {
            for _ in 0..<count {
                try WorkerThread.start(for: line)
            }
        } catch {
            line.close()
            throw error
        }
    }

    deinit {
        line.close()
    }

    /// Hands runs to the threads, in order.
    ///
    /// - Parameter starts: The runs; those that find no free thread wait for one.
    func submit(_ starts: [WorkerStart]) {
        line.append(starts)
    }

    /// What waits for a thread, and the threads that wait for something.
    ///
    /// Apart from the pool, which ends with its last reference and ends the threads with it.
    final class Line: Sendable {
        private struct State {
            var waiting = Deque<WorkerStart>()
            /// The one that fell asleep last is at the end: its caches are warm.
            var idle: [WorkerThread] = []
            /// Whether a woken thread is on its way here.
            var isWaking = false
            var isClosed = false
        }

        /// What a thread finds here.
        enum Found {
            case run(WorkerStart)
            case nothing
            case closed
        }

        private let state = Locked(State())

        /// Appends runs.
        ///
        /// - Parameter starts: The runs.
        func append(_ starts: [WorkerStart]) {
            let woken = state.withLock { state -> WorkerThread? in
                state.waiting.append(contentsOf: starts)
                guard !state.waiting.isEmpty, let woken = state.idle.popLast() else { return nil }
                state.isWaking = true
                return woken
            }
            woken?.wake()
        }

        /// Gives a thread something to do.
        ///
        /// One thread is woken at a time, and wakes the next once it is here and more is left: runs that are over
        /// before a second thread has woken need no second thread.
        ///
        /// - Parameters:
        ///   - thread: The thread.
        ///   - wasWoken: Whether it was woken.
        /// - Returns: What there is; a thread that finds nothing is woken when there is something.
        func take(for thread: WorkerThread, wasWoken: Bool) -> Found {
            let (found, woken) = state.withLock { state -> (Found, WorkerThread?) in
                if wasWoken { state.isWaking = false }
                guard let start = state.waiting.popFirst() else {
                    if state.isClosed { return (.closed, nil) }
                    state.idle.append(thread)
                    return (.nothing, nil)
                }
                guard !state.isWaking, !state.waiting.isEmpty, let woken = state.idle.popLast() else {
                    return (.run(start), nil)
                }
                state.isWaking = true
                return (.run(start), woken)
            }
            woken?.wake()
            return found
        }

        /// Ends every thread once its run and all that wait are over.
        func close() {
            let idle = state.withLock { state in
                state.isClosed = true
                defer { state.idle = [] }
                return state.idle
            }
            for thread in idle {
                thread.wake()
            }
        }
    }
}

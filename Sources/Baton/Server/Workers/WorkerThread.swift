import DequeModule
import Dispatch
import Locking

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread of its own for one run at a time.
///
/// A job that computes or blocks holds up nothing but itself: neither the application's threads nor other jobs. A thread
/// whose run has ended takes the next from its pool by itself, so that short runs cost no switch between threads.
final class WorkerThread: TaskExecutor, Worker {
    var executor: any TaskExecutor { self }

    private struct State {
        /// Parts of the task of its run, in order.
        var parts = Deque<UnownedJob>()
        /// Whether a run has the thread.
        var isTaken = false
        /// Whether the thread sleeps, or is about to, until the bell rings.
        var isParked = false
        /// Whether the pool has woken it, and expects it back.
        var isWoken = false
        var hasEnded = false
    }

    private enum Step {
        case run(UnownedJob)
        case sleep
        case takeRun(wasWoken: Bool)
    }

    private let state = Locked(State())
    private let bell = DispatchSemaphore(value: 0)

    /// Starts the thread, which lives until its pool is closed.
    ///
    /// - Parameter pool: Where its runs come from.
    /// - Throws: ``JobServerError`` when the system has no thread to give.
    static func start(for pool: WorkerPool.Line) throws(JobServerError) {
        let argument = Unmanaged.passRetained(Main(thread: WorkerThread(), line: pool))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let code = pthread_create(&thread, nil, { workerThreadMain($0) }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw JobServerError(
                .noThread,
                "The system refused a worker thread (error \(code)); lower the concurrency or raise the limit on threads."
            )
        }
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let part = UnownedJob(job)
        let (hasEnded, wasParked) = state.withLock { state in
            guard !state.hasEnded else { return (true, false) }
            state.parts.append(part)
            defer { state.isParked = false }
            return (false, state.isParked)
        }
        if hasEnded {
            // Never seen: a thread outlives its run. Wherever such a task came from, it goes on.
            globalConcurrentExecutor.enqueue(part)
        } else if wasParked {
            bell.signal()
        }
    }

    /// Makes the thread free for the next run, once what it is doing has returned.
    func release() {
        state.withLock { $0.isTaken = false }
    }

    /// Wakes the thread, which its pool has found idle.
    func wake() {
        state.withLock { $0.isWoken = true }
        bell.signal()
    }

    /// The next part to run; takes a run from the pool when it has none, and sleeps when there is none.
    ///
    /// - Parameter line: Where its runs come from.
    /// - Returns: The part, or `nil` at the end of the thread.
    fileprivate func next(from line: WorkerPool.Line) -> UnownedJob? {
        while true {
            let step: Step = state.withLock { state in
                if let part = state.parts.popFirst() { return .run(part) }
                state.isParked = state.isTaken
                guard !state.isTaken else { return .sleep }
                defer { state.isWoken = false }
                return .takeRun(wasWoken: state.isWoken)
            }
            switch step {
            case .run(let part):
                return part
            case .sleep:
                bell.wait()
            case .takeRun(let wasWoken):
                switch line.take(for: self, wasWoken: wasWoken) {
                case .run(let start):
                    state.withLock { $0.isTaken = true }
                    // Makes the task, whose first part is put in here.
                    start(self)
                case .nothing:
                    bell.wait()
                case .closed:
                    state.withLock { $0.hasEnded = true }
                    return nil
                }
            }
        }
    }

    /// What the system's thread is handed.
    fileprivate final class Main: Sendable {
        let thread: WorkerThread
        let line: WorkerPool.Line

        init(thread: WorkerThread, line: WorkerPool.Line) {
            self.thread = thread
            self.line = line
        }
    }
}

private func workerThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let main = Unmanaged<WorkerThread.Main>.fromOpaque(argument).takeRetainedValue()
    while let part = main.thread.next(from: main.line) {
        part.runSynchronously(on: main.thread.asUnownedTaskExecutor())
    }
    return nil
}

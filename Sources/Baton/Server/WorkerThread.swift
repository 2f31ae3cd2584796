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

/// A thread of its own for one job at a time.
///
/// A job that computes or blocks holds up nothing but itself: neither the application's threads nor other jobs.
final class WorkerThread: TaskExecutor {
    private let inbox = Inbox()

    /// Starts the thread.
    ///
    /// - Throws: ``JobServerError`` when the system has no thread to give.
    init() throws(JobServerError) {
        // The thread keeps the inbox, not the executor, so that it ends with the last reference to the executor.
        let argument = Unmanaged.passRetained(inbox)
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

    deinit {
        inbox.close()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        inbox.put(UnownedJob(job), on: self)
    }

    /// What the thread has to run.
    fileprivate final class Inbox: Sendable {
        /// Each job with its executor, which must outlive the job.
        private let jobs = Locked(Deque<(UnownedJob, WorkerThread)>())
        private let filled = DispatchSemaphore(value: 0)

        func put(_ job: UnownedJob, on executor: WorkerThread) {
            jobs.withLock { $0.append((job, executor)) }
            filled.signal()
        }

        /// Ends the thread: a signal without a job.
        ///
        /// No job can be left, since each keeps its executor.
        func close() {
            filled.signal()
        }

        /// The next job; `nil` at the end of the thread.
        func next() -> (UnownedJob, WorkerThread)? {
            filled.wait()
            return jobs.withLock { $0.popFirst() }
        }
    }
}

private func workerThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let inbox = Unmanaged<WorkerThread.Inbox>.fromOpaque(argument).takeRetainedValue()
    while let (job, executor) = inbox.next() {
        job.runSynchronously(on: executor.asUnownedTaskExecutor())
    }
    return nil
}

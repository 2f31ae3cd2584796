import Locking

/// The threads of a server, one for each job that runs.
final class WorkerThreads: Sendable {
    private let idle: Locked<[WorkerThread]>

    /// Starts the threads.
    ///
    /// - Parameter count: How many.
    /// - Throws: ``JobServerError`` when the system has not that many to give.
    init(count: Int) throws(JobServerError) {
        var threads: [WorkerThread] = []
        for _ in 0..<count {
            threads.append(try WorkerThread())
        }
        idle = Locked(threads)
    }

    /// Takes a thread that nothing runs on.
    ///
    /// The most recent one first: its caches are warm.
    ///
    /// - Returns: A thread, or `nil` when all are taken.
    func take() -> WorkerThread? {
        idle.withLock { $0.popLast() }
    }

    /// Gives a thread back.
    ///
    /// - Parameter thread: The thread, whose job has ended.
    func giveBack(_ thread: WorkerThread) {
        idle.withLock { $0.append(thread) }
    }
}

/// The thread of a ``PollExecutor``, for tasks to prefer.
///
/// An executor of its own, because the runtime judges by the executor a job was queued for whether a later step of it has
/// to be queued again: a task that ran as an actor's would be, at every return of an asynchronous function.
public final class PollTaskExecutor: TaskExecutor {
    /// The executor of the actors on the same thread.
    public let executor: PollExecutor
    private let loop: PollLoop

    init(_ executor: PollExecutor, _ loop: PollLoop) {
        self.executor = executor
        self.loop = loop
    }

    /// Queues a job of Swift's runtime.
    ///
    /// - Parameter job: The job.
    public func enqueue(_ job: consuming ExecutorJob) {
        self.loop.enqueue(job, for: self)
    }

    /// Runs a job of a task.
    ///
    /// - Parameter job: The job.
    func run(_ job: UnownedJob) {
        job.runSynchronously(on: self.asUnownedTaskExecutor())
    }
}

import Locking

/// A serial executor that is one thread and one poll set.
///
/// C libraries such as libpq and librabbitmq want each connection to be used by one thread at a time. An actor that
/// holds such a connection and runs on this executor turns that rule into actor isolation, which the compiler checks:
///
/// ```swift
/// actor Connection {
///     private let executor: PollExecutor
///     nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }
///
///     func start(_ descriptor: Int32) {
///         self.registration = self.executor.register(descriptor: descriptor, interest: .read) { [weak self] readiness in
///             self?.assumeIsolated { $0.receive(readiness) }
///         }
///     }
/// }
/// ```
///
/// Jobs, descriptor handlers and timers all run on the same thread, one at a time; none of them may block. Several
/// actors can share an executor. Tasks that do little but wait for such actors can prefer its ``taskExecutor``: a call
/// then starts and ends without a change of threads.
///
/// The thread ends when the last reference to the executor is gone and its work is done; actors that run on it hold
/// such a reference. Handlers that are still registered then are dropped, not called.
public final class PollExecutor: SerialExecutor {
    private let loop: PollLoop
    private let task = Locked(WeakTaskExecutor())

    /// Whether the caller runs on this executor's thread.
    public var isOnThread: Bool { self.loop.isOnThread }

    /// Starts a thread and its loop.
    ///
    /// - Parameters:
    ///   - name: The thread's name, cut to 15 bytes.
    ///   - stackSize: The thread's stack, in bytes.
    /// - Throws: ``PollExecutorError`` when the system has no thread or descriptor left.
    public init(starting name: String, stackSize: Int = 1 << 20) throws(PollExecutorError) {
        self.loop = try PollLoop(name: name, stackSize: stackSize)
    }

    /// Starts a thread and its loop, and stops the program when the system has no thread or descriptor left.
    ///
    /// Like Swift's own runtime; for tests and for programs that cannot go on then anyway.
    ///
    /// - Parameters:
    ///   - name: The thread's name, cut to 15 bytes.
    ///   - stackSize: The thread's stack, in bytes.
    public convenience init(name: String, stackSize: Int = 1 << 20) {
        do throws(PollExecutorError) {
            try self.init(starting: name, stackSize: stackSize)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    deinit {
        self.loop.stop()
    }

    // MARK: Executing

    /// Queues a job of Swift's runtime.
    ///
    /// - Parameter job: The job.
    public func enqueue(_ job: consuming ExecutorJob) {
        self.loop.enqueue(job, for: self)
    }

    /// The same thread, for tasks to prefer.
    ///
    /// The same object for as long as anybody holds it: the runtime tells executors apart by identity.
    public var taskExecutor: PollTaskExecutor {
        self.task.withLock { task in
            if let executor = task.executor { return executor }
            let executor = PollTaskExecutor(self, self.loop)
            task.executor = executor
            return executor
        }
    }

    /// The task executor, if anybody holds it.
    var presentTaskExecutor: PollTaskExecutor? {
        self.task.withLock { $0.executor }
    }

    /// Runs a job of an actor.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - taskExecutor: The task executor, which has to outlive the call. The job runs as a part of whatever task prefers
    ///     it, too, so that a call from one actor to another stays where it is.
    func run(_ job: UnownedJob, _ taskExecutor: PollTaskExecutor?) {
        if let taskExecutor {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(),
                taskExecutor: taskExecutor.asUnownedTaskExecutor()
            )
        } else {
            job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }

    /// Queues a closure behind the work that is already waiting.
    ///
    /// For callbacks that are not asynchronous, such as cancellation handlers.
    ///
    /// - Parameter body: What to run on the executor's thread.
    public func execute(_ body: @escaping @Sendable () -> Void) {
        self.loop.enqueue(body, for: self)
    }

    /// Runs a closure at once if the caller is on the executor's thread, and queues it otherwise.
    ///
    /// - Parameter body: What to run on the executor's thread.
    public func executeInline(_ body: @escaping @Sendable () -> Void) {
        if self.isOnThread { body() } else { self.execute(body) }
    }

    /// Tells the runtime whether code runs on this executor, also outside a task, as handlers and timers do.
    ///
    /// - Returns: Whether the caller runs on this executor's thread.
    public func isIsolatingCurrentContext() -> Bool? {
        self.loop.isOnThread
    }

    /// Stops the program unless the caller runs on this executor's thread.
    public func checkIsolated() {
        precondition(self.loop.isOnThread, "Not on the thread of this PollExecutor")
    }

    // MARK: Descriptors

    /// Watches a descriptor.
    ///
    /// Must be called on the executor's thread.
    /// Readiness is reported for as long as it lasts, not once: the handler must use it up or change the interest.
    /// Cancel the registration before the descriptor is closed.
    ///
    /// - Parameters:
    ///   - descriptor: An open descriptor.
    ///   - interest: What to wait for; hang-ups and errors are always reported.
    ///   - onReady: Called on the executor's thread, and kept until the registration is cancelled.
    /// - Returns: The registration, to change or cancel it with.
    public func register(
        descriptor: Int32,
        interest: PollInterest,
        onReady: @escaping (PollReadiness) -> Void
    ) -> PollRegistration {
        self.loop.register(descriptor, interest: interest, onReady: onReady)
    }

    /// Changes what a registration waits for.
    ///
    /// Must be called on the executor's thread.
    ///
    /// - Parameters:
    ///   - registration: The registration; nothing happens if it has been cancelled.
    ///   - interest: What to wait for from now on.
    public func update(_ registration: PollRegistration, interest: PollInterest) {
        self.loop.update(registration, interest: interest)
    }

    /// Stops watching a descriptor: its handler is not called again.
    ///
    /// Must be called on the executor's thread.
    ///
    /// - Parameter registration: The registration; nothing happens if it has been cancelled.
    public func cancel(_ registration: PollRegistration) {
        self.loop.cancel(registration)
    }

    // MARK: Timers

    /// Calls back once after a delay.
    ///
    /// Must be called on the executor's thread.
    ///
    /// - Parameters:
    ///   - delay: How long to wait at least; what is not positive means the loop's next turn.
    ///   - body: Called on the executor's thread.
    /// - Returns: The timer, to cancel it with.
    public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> PollTimer {
        self.loop.schedule(after: delay, body)
    }

    /// Stops a timer: it is not called any more.
    ///
    /// Must be called on the executor's thread.
    ///
    /// - Parameter timer: The timer; nothing happens if it has already fired or been cancelled.
    public func cancel(_ timer: PollTimer) {
        self.loop.cancel(timer)
    }
}

/// What an executor knows of the tasks that prefer it; they hold on to it, not it to them.
private struct WeakTaskExecutor {
    weak var executor: PollTaskExecutor?
}

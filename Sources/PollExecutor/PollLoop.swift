import Locking
import CPollExecutor
import Glibc

/// The loop behind a ``PollExecutor``: what its thread holds on to.
///
/// The thread must not hold the executor itself, which could then never go away.
final class PollLoop: Sendable {
    private enum Work {
        /// Queued for actors of the executor.
        case job(UnownedJob)
        /// Queued for tasks that prefer the thread and are no actor's at the moment.
        case taskJob(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Inbox {
        var work: [Work] = []
        // Keep the executors alive from the moment work arrives until it has run.
        var executor: PollExecutor?
        var taskExecutor: PollTaskExecutor?
        // Whether the thread is in the kernel, or about to be, and must be woken.
        var isAsleep = false
        var isStopped = false

        /// Whether the caller must wake the thread; only one of several callers is told to.
        mutating func takeSleep() -> Bool {
            defer { self.isAsleep = false }
            return self.isAsleep
        }
    }

    private let inbox = Locked(Inbox())
    private let wakeUp: Int32
    // These two belong to the loop's thread: every access is preceded by `assertOnThread` or made by the loop itself.
    nonisolated(unsafe) private var descriptors: DescriptorSet
    nonisolated(unsafe) private var timers = TimerQueue()

    var isOnThread: Bool {
        cpoll_current_loop() == UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }

    init(name: String, stackSize: Int) throws(PollExecutorError) {
        let wakeUp = cpoll_eventfd()
        guard wakeUp >= 0 else {
            throw PollExecutorError(
                .noDescriptor,
                "There is no descriptor left for the loop \(name)",
                errorNumber: errno
            )
        }
        self.wakeUp = wakeUp
        self.descriptors = DescriptorSet(wakeUp: wakeUp)
        // A loop without a thread is let go of as any other, which closes the descriptor.
        try SystemThread.start(name: name, stackSize: stackSize) { self.run() }
    }

    deinit {
        // Not at the end of the thread: whoever is signalling the descriptor still holds the loop.
        close(self.wakeUp)
    }

    // MARK: From any thread

    func enqueue(_ job: consuming ExecutorJob, for executor: PollExecutor) {
        let job = UnownedJob(job)
        self.add { inbox in
            inbox.work.append(.job(job))
            if inbox.executor == nil { inbox.executor = executor }
        }
    }

    func enqueue(_ job: consuming ExecutorJob, for executor: PollTaskExecutor) {
        let job = UnownedJob(job)
        self.add { inbox in
            inbox.work.append(.taskJob(job))
            if inbox.taskExecutor == nil { inbox.taskExecutor = executor }
        }
    }

    func enqueue(_ closure: @escaping @Sendable () -> Void, for executor: PollExecutor) {
        self.add { inbox in
            inbox.work.append(.closure(closure))
            if inbox.executor == nil { inbox.executor = executor }
        }
    }

    func stop() {
        let mustWake = self.inbox.withLock { inbox in
            inbox.isStopped = true
            return inbox.takeSleep()
        }
        if mustWake { cpoll_eventfd_signal(self.wakeUp) }
    }

    private func add(_ work: (inout Inbox) -> Void) {
        let mustWake = self.inbox.withLock { inbox in
            work(&inbox)
            return inbox.takeSleep()
        }
        if mustWake { cpoll_eventfd_signal(self.wakeUp) }
    }

    // MARK: From the loop's thread

    func register(
        _ descriptor: Int32,
        interest: PollInterest,
        onReady: @escaping (PollReadiness) -> Void
    ) -> PollRegistration {
        self.assertOnThread()
        return self.descriptors.insert(descriptor, interest: interest, onReady: onReady)
    }

    func update(_ registration: PollRegistration, interest: PollInterest) {
        self.assertOnThread()
        self.descriptors.update(registration, interest: interest)
    }

    func cancel(_ registration: PollRegistration) {
        self.assertOnThread()
        // Let go of the handler after the set: what it owns may cancel something else as it goes.
        withExtendedLifetime(self.descriptors.remove(registration)) {}
    }

    func schedule(after delay: Duration, _ body: @escaping () -> Void) -> PollTimer {
        self.assertOnThread()
        return self.timers.insert(deadline: Self.deadline(after: delay), body)
    }

    func cancel(_ timer: PollTimer) {
        self.assertOnThread()
        withExtendedLifetime(self.timers.remove(timer)) {}
    }

    private func assertOnThread() {
        precondition(self.isOnThread, "PollExecutor: descriptors and timers belong to the executor's own thread")
    }

    // MARK: The loop

    private func run() {
        cpoll_set_current_loop(UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()))
        var batch: [Work] = []
        while self.runWork(&batch) {
            // What work leads to is mostly work for this same thread: it is done before the kernel is asked again, but
            // not for ever.
            for _ in 0..<Self.roundsBetweenLooks where self.hasWork {
                if !self.runWork(&batch) { break }
            }
            self.runDueTimers()
            self.waitAndRunHandlers()
        }
        // Handlers may own what they watch; let it go here, on the thread it belongs to.
        withExtendedLifetime((self.descriptors.removeAll(), self.timers.removeAll())) {}
        cpoll_set_current_loop(nil)
    }

    private static let roundsBetweenLooks = 8

    private var hasWork: Bool { self.inbox.withLock { !$0.work.isEmpty } }

    /// Runs what has arrived, and returns whether the loop goes on.
    private func runWork(_ batch: inout [Work]) -> Bool {
        let (executor, taskExecutor, isStopped) = self.inbox.withLock { inbox in
            swap(&inbox.work, &batch)
            return (inbox.executor.take(), inbox.taskExecutor.take(), inbox.isStopped)
        }
        guard !batch.isEmpty else { return !isStopped }
        let tasks = taskExecutor ?? executor?.presentTaskExecutor
        withExtendedLifetime(tasks) {
            for work in batch {
                switch work {
                case .job(let job): executor?.run(job, tasks)
                case .taskJob(let job): tasks?.run(job)
                case .closure(let closure): closure()
                }
            }
        }
        batch.removeAll(keepingCapacity: true)
        return true
    }

    private func runDueTimers() {
        guard self.timers.nextDeadline() != nil else { return }
        let now = Self.now()
        // What a timer schedules for now waits for the next turn, so that it cannot starve the descriptors.
        var due: [() -> Void] = []
        while let body = self.timers.popDue(at: now) { due.append(body) }
        for body in due { body() }
    }

    private func waitAndRunHandlers() {
        let mayWait = self.inbox.withLock { inbox in
            inbox.isAsleep = inbox.work.isEmpty && !inbox.isStopped
            return inbox.isAsleep
        }
        if !mayWait && self.descriptors.isEmpty { return }
        let ready = self.descriptors.wait(timeoutNanoseconds: mayWait ? self.timeUntilNextTimer() : 0)
        if mayWait { self.inbox.withLock { $0.isAsleep = false } }
        for (id, readiness) in ready {
            self.descriptors.handler(id)?(readiness)
        }
    }

    private func timeUntilNextTimer() -> Int64 {
        guard let deadline = self.timers.nextDeadline() else { return -1 }
        return max(0, deadline - Self.now())
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func deadline(after delay: Duration) -> Int64 {
        let (seconds, attoseconds) = delay.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? Self.now() : .max }
        let nanoseconds = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        let deadline = Self.now().addingReportingOverflow(max(0, nanoseconds.partialValue))
        return nanoseconds.overflow || deadline.overflow ? .max : deadline.partialValue
    }
}

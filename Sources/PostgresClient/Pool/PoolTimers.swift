import PollExecutor

/// The pool's timers, on the thread of its connections.
actor PoolTimers {
    private let executor: PollExecutor
    private var timers: [PoolStateMachine.Timer: PollTimer] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    init(executor: PollExecutor) {
        self.executor = executor
    }

    nonisolated func schedule(
        _ timer: PoolStateMachine.Timer,
        after delay: Duration,
        _ body: @escaping @Sendable () -> Void
    ) {
        self.executor.execute {
            self.assumeIsolated { timers in
                timers.timers[timer] = timers.executor.schedule(after: delay) { [weak timers] in
                    timers?.assumeIsolated { $0.timers[timer] = nil }
                    body()
                }
            }
        }
    }

    nonisolated func cancel(_ timer: PoolStateMachine.Timer) {
        self.executor.execute {
            self.assumeIsolated { timers in
                if let scheduled = timers.timers.removeValue(forKey: timer) { timers.executor.cancel(scheduled) }
            }
        }
    }
}

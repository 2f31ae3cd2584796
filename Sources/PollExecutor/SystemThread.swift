import CPollExecutor

/// A thread of the operating system.
enum SystemThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts a detached thread; the body is dropped when the system has none left to give.
    static func start(
        name: String,
        stackSize: Int,
        _ run: @escaping @Sendable () -> Void
    ) throws(PollExecutorError) {
        let body = Unmanaged.passRetained(Body(run))
        let error = cpoll_start_thread(
            name,
            stackSize,
            { context in
                guard let context else { return }
                // In a scope of its own: what the body holds goes before the thread does.
                let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                body.run()
            },
            body.toOpaque()
        )
        guard error != 0 else { return }
        body.release()
        throw PollExecutorError(.noThread, "The system cannot start the thread \(name)", errorNumber: error)
    }
}

import CPollExecutor

/// A thread of the operating system.
enum SystemThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts a detached thread.
    ///
    /// Like Swift's own runtime, it stops the program when the system has no thread left to give.
    static func start(name: String, stackSize: Int, _ run: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Body(run)).toOpaque()
        let error = cpoll_start_thread(
            name,
            stackSize,
            { context in
                guard let context else { return }
                // In a scope of its own: what the body holds goes before the thread does.
                let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                body.run()
            },
            context
        )
        precondition(error == 0, "The system cannot start the thread \(name) (errno \(error))")
    }
}

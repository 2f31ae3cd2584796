import Locking

/// Keeps the consumer away from paused queues, and gives back what it has brought of them: other servers may start it.
struct PauseProcess: Sendable {
    let core: ServerCore

    /// Follows what is paused until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.pausing.wait()
            let paused = core.table.withLock { $0.paused }
            // First, or what is given back would come again at once.
            await core.consumer.pause(paused)
            try Task.checkCancellation()
            let deliveries = core.table.withLock { $0.takePaused(of: paused, at: core.clock.now) }
            guard !deliveries.isEmpty else { continue }
            await core.giveBack(deliveries)
            // What is given back is held no more, which a round of probing may wait for.
            core.probing.ring()
        }
    }
}

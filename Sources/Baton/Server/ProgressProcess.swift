import Locking

/// Stores how far runs have come: what was said last, of all runs at once, and not oftener than it may be.
struct ProgressProcess: Sendable {
    let core: ServerCore

    /// Stores until cancelled; while nothing is said, it does nothing.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.reported.wait()
            await core.saveProgress()
            try await core.clock.sleep(for: core.configuration.progressInterval)
        }
    }
}

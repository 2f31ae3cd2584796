import Locking

/// Stores how far runs have come: what was said last, of all runs at once, and not oftener than it may be.
///
/// It alone does: what is stored by two may come to storage in another order than it was said.
struct ProgressProcess: Sendable {
    let core: ServerCore

    /// Stores until cancelled; while nothing is said, it does nothing.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.reported.wait()
            await core.saveProgress()
            try await rest()
        }
    }

    /// Lets an interval pass; only ends do not wait for that.
    private func rest() async throws {
        let next = core.clock.now.advanced(by: core.configuration.progressInterval)
        while true {
            let left = core.clock.now.duration(to: next)
            guard left > .zero else { return }
            try await core.progressWanted.wait(atMost: left, clock: core.clock)
            await core.saveProgress(onlyEnding: true)
        }
    }
}

import Locking
import Logging

/// Cancels the runs of exclusive jobs when their lease is over by this server's own count.
///
/// Storage that cannot be reached may have given them to another server by then.
struct LeaseEndProcess: Sendable {
    let core: ServerCore

    /// Watches until cancelled; ends at once where no job is exclusive.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        guard core.registry.hasExclusiveJobs else { return }
        while true {
            guard let end = core.lease.withLock({ $0.end }) else {
                try await core.leaseRenewed.wait()
                continue
            }
            guard end <= core.clock.now else {
                try await core.clock.sleep(until: end)
                continue
            }
            core.cancelExclusiveRuns()
            // Until then nothing exclusive begins.
            try await core.leaseRenewed.wait()
        }
    }
}

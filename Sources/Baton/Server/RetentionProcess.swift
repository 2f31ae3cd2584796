import Logging

/// Counts the jobs that have ended, and removes those whose time is over.
///
/// Several servers do so side by side, without a leader: storage lets one of them work at a time.
struct RetentionProcess: Sendable {
    /// How many rows one step removes at most: some tens of milliseconds.
    private static let batchSize = 5_000

    let core: ServerCore

    /// Looks again and again until cancelled; ends at once where this server has no part in it.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        guard let policy = core.configuration.retention else { return }
        while true {
            // Jittered, so that servers started together do not look together.
            let interval = core.configuration.retentionInterval * (0.75 + 0.5 * core.environment.random.fraction())
            try await core.clock.sleep(for: interval)
            do throws(JobStorageError) {
                while try await step(policy), !Task.isCancelled {}
            } catch {
                core.logger.warning("retention failed, trying again", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Makes a step.
    ///
    /// - Parameter policy: How long what stays.
    /// - Returns: Whether there is more.
    /// - Throws: ``JobStorageError``.
    private func step(_ policy: RetentionPolicy) async throws(JobStorageError) -> Bool {
        let step = try await core.storage.retain(policy, limit: Self.batchSize)
        let removed = step.removed.filter { $0.value > 0 }
        if !removed.isEmpty {
            let counts = removed.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key): \($0.value)" }
            core.logger.debug(
                "jobs whose time is over are removed",
                metadata: ["jobs": "\(counts.joined(separator: ", "))", "days": "\(step.droppedDays)"]
            )
        }
        return step.hasMore
    }
}

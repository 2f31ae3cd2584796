import Logging

/// Lets recurring entries make their jobs when they are due.
///
/// Sleeps until the earliest occurrence; whoever sets an entry wakes it, in this process directly and from others through
/// the transport. Several servers do so side by side, without a leader: storage lets one of them win each occurrence.
struct RecurringScheduler: Sendable {
    /// How many entries one look takes.
    private static let batchSize = 100
    private static let retryInterval = Duration.seconds(1)
    /// How long to leave entries alone that another server is moving at the moment.
    private static let contendedWait = Duration.milliseconds(50)
    /// How long to sleep at most while no other process can say that it has set an entry: no longer than an occurrence may be
    /// late without being missed (``MisfirePolicy/grace``).
    private static let pollIntervalWithoutWords = Duration.seconds(10)

    let core: ServerCore

    /// Lets entries make jobs until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            let wait = await pass()
            try Task.checkCancellation()
            if wait > .zero {
                try await core.client.recurringChanged.wait(atMost: wait, clock: core.clock)
            }
        }
    }

    /// Lets those that are due make their jobs.
    ///
    /// - Returns: How long to sleep.
    private func pass() async -> Duration {
        let poll =
            core.client.transport.isConnected
            ? core.configuration.schedulePollInterval
            : min(core.configuration.schedulePollInterval, Self.pollIntervalWithoutWords)
        do throws(JobStorageError) {
            let due = try await core.storage.dueRecurring(limit: Self.batchSize)
            guard !due.records.isEmpty else { return min(max(due.nextDue ?? poll, .zero), poll) }
            let pass = RecurringPass(due, core.environment)
            for broken in pass.broken { try await disable(broken) }
            var moved = pass.broken.count
            for group in pass.groups {
                guard let advanced = await advance(group) else { return Self.retryInterval }
                moved += advanced
            }
            return moved > 0 ? .zero : Self.contendedWait
        } catch {
            core.logger.warning("looking for due recurring entries failed", metadata: ["error": "\(error)"])
            return Self.retryInterval
        }
    }

    /// Lets entries go on, and publishes the jobs that they made.
    ///
    /// - Returns: How many went on; `nil` when that failed or is not known.
    private func advance(_ advances: [RecurringAdvance]) async -> Int? {
        var firing: RecurringFiring?
        let made = await core.repair(limit: advances.occurrenceCount) { marks throws(JobStorageError) in
            let answer = try await core.storage.advanceRecurring(advances, marks: marks)
            firing = answer
            return answer.dispatches
        }
        guard made != nil, let firing else { return nil }
        if let nextStart = firing.nextStart { core.client.scheduled.ring(dueIn: max(nextStart, .zero)) }
        return firing.advanced
    }

    private func disable(_ broken: RecurringPass.Broken) async throws(JobStorageError) {
        let isDisabled = try await core.storage.disableRecurring(
            broken.id,
            revision: broken.revision,
            error: broken.error.message
        )
        guard isDisabled else { return }
        core.logger.error(
            "a recurring entry cannot be read and is disabled until it is set again",
            metadata: ["recurring.id": "\(broken.id)", "error": "\(broken.error)"]
        )
    }
}

import Logging

/// Moves scheduled jobs to their queues when they are due.
///
/// Sleeps until the earliest due time; whoever schedules an earlier one wakes it, in this process directly and from
/// others through the transport. Several servers promote side by side.
struct DelayedJobScheduler: Sendable {
    /// How many jobs one transaction moves.
    private static let batchSize = 200
    private static let retryInterval = Duration.seconds(1)
    /// How long to sleep at most while no other process can say that it has scheduled something.
    private static let pollIntervalWithoutWords = Duration.seconds(5)

    let core: ServerCore

    /// Promotes until cancelled.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func run() async throws {
        var wakeAt = core.clock.now
        while true {
            let now = core.clock.now
            if wakeAt <= now {
                wakeAt = now.advanced(by: try await promote())
                continue
            }
            if let dueIn = try await core.news.scheduled.wait(atMost: now.duration(to: wakeAt), clock: core.clock) {
                wakeAt = min(wakeAt, core.clock.now.advanced(by: dueIn))
            }
        }
    }

    /// Moves what is due.
    ///
    /// - Returns: How long to sleep.
    /// - Throws: `CancellationError` when the task is cancelled.
    func promote() async throws -> Duration {
        let poll =
            core.client.canPublish
            ? core.configuration.schedulePollInterval
            : min(core.configuration.schedulePollInterval, Self.pollIntervalWithoutWords)
        var next: Duration?
        let moved = await core.repair(limit: Self.batchSize) { marks throws(JobStorageError) in
            let promotion = try await core.storage.promoteDue(marks: marks)
            next = promotion.nextDue
            return promotion.dispatches
        }
        try Task.checkCancellation()
        guard moved != nil else { return Self.retryInterval }
        return min(max(next ?? poll, .zero), poll)
    }
}

import Locking

/// Moves scheduled jobs to their queues when they are due.
///
/// Sleeps until the earliest due time; whoever schedules an earlier one wakes it, in this process directly and from
/// others through the transport. Several servers promote side by side, each at the pace of its claims: once a queue holds
/// as much of what it has promoted as is claimed in a moment, it goes on when about half of that is claimed.
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
            if let due = try await core.news.scheduled.wait(atMost: now.duration(to: wakeAt), clock: core.clock) {
                wakeAt = min(wakeAt, due)
            }
        }
    }

    /// Moves what is due.
    ///
    /// - Parameter isPaced: Whether what waits to be claimed holds back what is due.
    /// - Returns: How long to sleep.
    /// - Throws: `CancellationError` when the task is cancelled.
    func promote(isPaced: Bool = true) async throws -> Duration {
        var sleep =
            core.client.canPublish
            ? core.configuration.schedulePollInterval
            : min(core.configuration.schedulePollInterval, Self.pollIntervalWithoutWords)
        let moved = await core.repair(limit: Self.batchSize) { marks throws(JobStorageError) in
            let pace = core.table.withLock { table in
                isPaced ? table.promotionPace(queues: core.queues, at: core.clock.now) : .unlimited
            }
            let promotion = try await core.storage.promoteDue(marks: marks, pace: pace)
            sleep = min(max(promotion.nextDue ?? sleep, .zero), sleep)
            core.table.withLock { table in
                table.pacing.note(promotion, of: pace, at: core.clock.now)
                // Where a queue is paused, nothing is to be expected before it is resumed, which rings.
                guard promotion.heldQueues.contains(where: { pace.windows[$0] != 0 }) else { return }
                sleep = table.pacing.takeRipe() ? .zero : min(sleep, table.pacing.poll)
            }
            return promotion.dispatches
        }
        try Task.checkCancellation()
        return moved == nil ? Self.retryInterval : sleep
    }
}

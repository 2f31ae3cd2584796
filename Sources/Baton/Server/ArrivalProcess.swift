import Logging

/// Publishes jobs that producers put into storage by themselves, as soon as they are there.
///
/// Not a repair: nobody else was to publish them. Where nobody can, they are claimed from storage.
struct ArrivalProcess: Sendable {
    private static let retryInterval = Duration.seconds(1)
    /// How long a failure may last before it is tried less often.
    private static let longRetryInterval = Duration.seconds(30)
    /// How long to wait at most, while the broker is away, before it is asked whether it is back.
    private static let patienceWithoutBroker = Duration.milliseconds(500)
    private static let patience = Duration.seconds(3600)

    let core: ServerCore
    let storage: any OpenStorage

    /// Publishes until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        let watch = storage.watchArrivals()
        while true {
            try Task.checkCancellation()
            let canPublish = core.client.canPublish
            let isWaitingForBroker = core.client.hasTransport && !canPublish
            do throws(JobStorageError) {
                let arrivals = try await watch.next(
                    canPublish: canPublish,
                    patience: isWaitingForBroker ? Self.patienceWithoutBroker : Self.patience
                )
                if arrivals.mayHaveScheduled { core.news.scheduled.ring(dueAt: core.clock.now) }
                if arrivals.hasUnpublished { try await publish() }
            } catch {
                // The reconciler looks, too: nothing of a server's work ends with this.
                core.logger.debug("no watch on what comes in by SQL, trying again", metadata: ["error": "\(error)"])
                try await core.clock.sleep(for: error.isTransient ? Self.retryInterval : Self.longRetryInterval)
            }
        }
    }

    private func publish() async throws(JobStorageError) {
        let limit = JobClient.repairBatchSize
        while core.client.canPublish {
            let count = try await core.client.move(atMost: limit) { marks throws(JobStorageError) in
                let dispatches = try await storage.publishArrivals(marks: marks)
                return (dispatches, dispatches.count)
            }
            if count < limit { return }
            // A window at a time: the next is taken over once the last is published.
            _ = await core.client.flush(atMost: core.configuration.reconcileInterval)
        }
    }
}

import Logging

/// Finds jobs whose state and queue disagree, and requeues them (PROTOCOL section 4).
///
/// Every repair is a compare-and-set, so that several reconcilers are safe side by side and nothing needs a leader.
struct Reconciler: Sendable {
    private static let tidyInterval = Duration.seconds(3600)
    /// In how many reconcile intervals it is looked once for jobs that have waited for long.
    private static let passesPerLook = 2
    /// How many occurrences of a recurring entry are kept.
    private static let keptOccurrences = 1_000
    private static let trimBatchSize = 5_000
    private static let trimBatches = 20

    let core: ServerCore
    let witness: StorageWitness

    /// Reconciles until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        var (tidiedAt, lookedAt): (JobInstant?, JobInstant?)
        while true {
            // Jittered, so that servers started together do not look together.
            let interval = core.configuration.reconcileInterval * (0.75 + 0.5 * core.environment.random.fraction())
            try await core.news.returns.wait(atMost: interval, clock: core.clock)
            do throws(JobStorageError) {
                try await pass(lookedAt: &lookedAt)
                let now = core.clock.now
                if tidiedAt.map({ $0.duration(to: now) >= Self.tidyInterval }) ?? true {
                    try await core.storage.tidy()
                    try await trimRecurringHistory()
                    if try await trimSubmissions() { tidiedAt = now }
                }
            } catch {
                core.logger.warning("reconciling failed, trying again", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Removes old occurrences of recurring entries, batch by batch.
    private func trimRecurringHistory() async throws(JobStorageError) {
        let limit = Self.trimBatchSize
        while try await core.storage.trimRecurringHistory(keeping: Self.keptOccurrences, limit: limit) == limit {}
    }

    /// Forgets submissions whose time is over, and old rejects, batch by batch.
    ///
    /// - Returns: Whether all are gone; the rest waits for the next pass, since others wait for this one.
    private func trimSubmissions() async throws(JobStorageError) -> Bool {
        guard let options = core.configuration.submissions else { return true }
        let (age, limit) = (options.rejectRetention, Self.trimBatchSize)
        for _ in 0..<Self.trimBatches {
            if try await core.storage.trimSubmissions(rejectsOlderThan: age, limit: limit) < limit { return true }
        }
        return false
    }

    private func pass(lookedAt: inout JobInstant?) async throws(JobStorageError) {
        let survey = try await core.storage.survey(unpublishedAge: core.configuration.unpublishedAge)
        let certified = try await certify(survey.expiredServers)
        if survey.hasOrphans && !core.environment.defects.contains(.reapsOnce) || certified > 0 {
            await core.requeueOrphans()
        }
        // Taking over what cannot be published would only move the problem here.
        if survey.hasUnpublished, core.client.canPublish {
            await adoptUnpublished()
        }
        if survey.hasLosses, core.client.canPublish {
            await core.requeueLost()
        }
        guard core.client.hasTransport, core.client.canPublish else { return }
        if survey.hasProbes { core.probing.ring() }
        let (now, interval) = (core.clock.now, core.configuration.reconcileInterval * Self.passesPerLook)
        // A pass may come a little early.
        guard lookedAt.map({ $0.duration(to: now) * 4 >= interval * 3 }) ?? true else { return }
        lookedAt = now
        try await probe(interval: interval / 2)
    }

    /// Begins rounds of probing where jobs have waited for long.
    private func probe(interval: Duration) async throws(JobStorageError) {
        let configuration = core.configuration
        let queues = try await core.storage.findWaiting(longerThan: configuration.lostAge, interval: interval)
        for queue in queues {
            let probe = ProbeID(core.environment.makeUUID())
            let opening = try await core.storage.openProbe(
                probe,
                of: queue.name,
                quiet: configuration.consumerQuiet,
                patience: configuration.probePatience
            )
            core.logger.debug(
                "jobs wait",
                metadata: [
                    "queue": "\(queue.name)", "age": "\(queue.age)", "probe": "\(opening.isOpen ? "\(probe)" : "none")",
                ]
            )
            if opening.isLoss { await core.noteVoidRound(of: queue.name, isLoss: true) }
            if opening.isOpen { await core.announceProbing() }
        }
    }

    private func certify(_ expired: [ServerEpoch]) async throws(JobStorageError) -> Int {
        let lease = core.configuration.lease
        var certified = 0
        for epoch in expired where witness.hasSeen(lease, at: core.clock.now) {
            if try await core.storage.certifyDead(epoch, lease: lease) {
                certified += 1
                core.logger.warning("a server is dead; its jobs are requeued", metadata: ["server.epoch": "\(epoch)"])
            }
        }
        await core.count([.certifiedServers: certified])
        return certified
    }

    /// Publishes rows that nobody answers for.
    private func adoptUnpublished() async {
        let age = core.configuration.unpublishedAge
        await core.republish(.repairedUnpublished) { marks throws(JobStorageError) in
            let dispatches = try await core.storage.adoptUnpublished(marks: marks, unpublishedAge: age)
            return LossRepair(dispatches: dispatches, hasMore: dispatches.count == marks.count)
        }
    }
}

import Locking
import Logging

extension ServerCore {
    /// Notes reasons to look at other servers (PROTOCOL section 3, early certificate).
    ///
    /// - Parameter epochs: The servers.
    func suspect(_ epochs: some Collection<ServerEpoch>) {
        guard takesOverEarly, !epochs.isEmpty else { return }
        let (now, own) = (clock.now, epoch)
        takeover.withLock { takeover in
            for epoch in epochs where epoch != own {
                takeover.suspect(epoch, at: now)
            }
        }
        suspicion.ring()
    }

    /// What the next heartbeat says of early certificates; `nil` without them.
    func takeoverTerms() async -> TakeoverTerms? {
        guard takesOverEarly else { return nil }
        let isPresent = await consumer.isPresent()
        // A stopping server may end with jobs that do not give way: those are the lease's.
        let isStopping = table.withLock { $0.isStopping }
        return TakeoverTerms(
            stoodAfter: isPresent && !isStopping ? offer.withLock { $0.stoodAfter } : nil,
            // A heartbeat that comes a little late is none that stays away.
            lateAfter: configuration.heartbeatInterval * 1.25
        )
    }

    /// Notes what came of a heartbeat, for the next to rest its offer on.
    ///
    /// - Parameter renewal: The renewal, or `nil` when there was none, or perhaps none.
    func noteRenewal(_ renewal: Int64?) {
        guard takesOverEarly else { return }
        offer.withLock { $0.renewed(renewal) }
        if renewal != nil {
            renewed.ring()
        }
    }

    /// Sees to it that jobs which do not give way are the lease's: the connections end with the server, they do not.
    ///
    /// Best effort, for no longer than from one heartbeat to the next. A heartbeat that is still under way cannot renew the
    /// offer afterwards: its own rests on an earlier renewal.
    func withdrawOffer() async {
        guard takesOverEarly else { return }
        // In a task of its own, since a server that does not end gracefully is cancelled. Awaited at once, so the task has
        // an owner.
        await Task(executorPreference: environment.tasks) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.renewWithoutOffer() }
                group.addTask { try? await self.clock.sleep(for: self.configuration.heartbeatInterval) }
                await group.next()
                group.cancelAll()
            }
        }.value
    }

    private func renewWithoutOffer() async {
        let owner = epoch
        let runs = table.withLock { $0.openRuns(of: owner) }
        do throws(JobStorageError) {
            _ = try await storage.heartbeat(owner, lease: configuration.lease, runs: runs)
        } catch {
            logger.debug("early certificate not withdrawn", metadata: ["error": "\(error)"])
        }
    }
}

import Locking

extension ServerCore {
    /// Notes reasons to look at other servers (PROTOCOL section 3, early certificate).
    ///
    /// - Parameter epochs: The servers.
    func suspect(_ epochs: some Collection<ServerEpoch>) {
        guard configuration.fastTakeover, !epochs.isEmpty else { return }
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
        guard configuration.fastTakeover else { return nil }
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
        guard configuration.fastTakeover else { return }
        offer.withLock { $0.renewed(renewal) }
        if renewal != nil {
            renewed.ring()
        }
    }
}

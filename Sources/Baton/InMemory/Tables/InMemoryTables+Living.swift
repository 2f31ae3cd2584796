#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension InMemoryTables {
    /// A gap of more than this part of a lease breaks the line of heartbeats.
    private static var gapsPerLease: Int { 2 }
    /// How long what nothing refers to is kept.
    private static var keptTime: Duration { .seconds(3600) }

    /// Lists a server; one that is listed has its lease renewed.
    mutating func register(_ server: ServerRegistration, lease: Duration, at now: Date) {
        let renewal = nextRenewal()
        if servers[server.epoch] == nil {
            servers[server.epoch] = Server(
                registration: server,
                leaseUntil: now.adding(lease),
                renewal: renewal,
                renewedAt: now
            )
        } else if isAlive(server.epoch) {
            servers[server.epoch]?.leaseUntil = now.adding(lease)
            servers[server.epoch]?.renewal = renewal
            servers[server.epoch]?.renewedAt = now
        }
        if let presence = server.presence { locks.insert(presence) }
    }

    /// Renews the lease of a living server; what it offers counts only with its lock, and after the renewal that it rests on.
    ///
    /// - Returns: The name of the renewal; `nil` when the server does not live.
    mutating func renew(_ epoch: ServerEpoch, lease: Duration, takeover: TakeoverTerms?, at now: Date) -> Int64? {
        guard var server = servers[epoch], !server.isDead else { return nil }
        let isLocked = server.registration.presence.map { locks.contains($0) } ?? false
        server.offersTakeover = takeover?.stoodAfter == server.renewal && isLocked
        if server.renewedAt <= now.adding(.zero - lease / Self.gapsPerLease) { server.unbrokenSince = now }
        server.stoodAfter = server.renewedAt
        server.leaseUntil = now.adding(lease)
        server.renewedAt = now
        server.renewal = nextRenewal()
        servers[epoch] = server
        return server.renewal
    }

    /// The others that are late and may be certified before their lease is over.
    func latePeers(of epoch: ServerEpoch, after lateness: Duration, at now: Date) -> [ServerEpoch] {
        let late = now.adding(.zero - lateness)
        return listed { peer, server in
            peer != epoch && !server.isDead && server.offersTakeover && server.renewedAt < late
        }
    }

    /// Living servers whose lease is over.
    func expiredServers(at now: Date) -> [ServerEpoch] {
        listed { !$1.isDead && $1.leaseUntil < now }
    }

    /// Certifies a server whose lease is over, unless an interruption of storage itself may be why.
    ///
    /// As in PostgreSQL: storage has been up for a whole lease, and some living server's heartbeats came through for as
    /// long without a gap. The last also covers a process that was frozen and goes on.
    mutating func certify(_ epoch: ServerEpoch, lease: Duration, at now: Date) -> Bool {
        let (leaseAgo, gapAgo) = (now.adding(.zero - lease), now.adding(.zero - lease / Self.gapsPerLease))
        guard let server = servers[epoch], !server.isDead, server.leaseUntil < now, sessionsSince < leaseAgo,
            servers.values.contains(where: {
                !$0.isDead && $0.renewedAt > gapAgo && $0.unbrokenSince < leaseAgo
            })
        else { return false }
        writeCertificate(epoch, at: now)
        return true
    }

    /// What there is to see of a server that may be certified before its lease is over.
    func sight(_ epoch: ServerEpoch, at now: Date) -> PeerSighting? {
        guard let server = servers[epoch], !server.isDead, server.offersTakeover,
            let stoodAfter = server.stoodAfter, let presence = server.registration.presence
        else { return nil }
        return PeerSighting(
            presence: presence,
            isLocked: locks.contains(presence),
            renewal: server.renewal,
            stoodAge: stoodAfter.duration(to: now),
            sessionAge: sessionsSince.duration(to: now)
        )
    }

    /// Certifies a server before its lease is over.
    mutating func certifyGone(_ epoch: ServerEpoch, renewal: Int64, at now: Date) -> Bool {
        guard let server = servers[epoch], !server.isDead, server.offersTakeover, server.renewal == renewal,
            let stoodAfter = server.stoodAfter, sessionsSince < stoodAfter,
            let presence = server.registration.presence, !locks.contains(presence)
        else { return false }
        writeCertificate(epoch, at: now)
        return true
    }

    private mutating func writeCertificate(_ epoch: ServerEpoch, at now: Date) {
        servers[epoch]?.isDead = true
        servers[epoch]?.certifiedAt = now
        endConsumers(of: epoch, at: now)
    }

    /// Takes a server off the list.
    mutating func deregister(_ epoch: ServerEpoch, at now: Date) {
        endConsumers(of: epoch, at: now)
        guard let presence = servers.removeValue(forKey: epoch)?.registration.presence else { return }
        // The lock is one for the life of a server, under whatever epochs it goes on.
        let isShown = servers.values.contains { !$0.isDead && $0.registration.presence == presence }
        if !isShown { locks.remove(presence) }
    }

    /// Removes what nothing refers to any more.
    mutating func tidy(at now: Date) {
        let past = now.adding(.zero - Self.keptTime)
        let bearing = Set(rows.markingSessions)
        sessions = sessions.filter { session, state in
            (state.endedAt ?? state.leaseUntil) >= past || bearing.contains(session)
        }
        servers = servers.filter { $1.certifiedAt.map { $0 >= past } ?? true }
        tidyProbes(before: past, at: now)
    }

    private func listed(_ isWanted: (ServerEpoch, Server) -> Bool) -> [ServerEpoch] {
        servers.filter { isWanted($0.key, $0.value) }.keys.sorted { $0.uuid.words < $1.uuid.words }
    }
}

import Baton

/// The steps that trials of early certificates are made of.
extension JobStorageSubject {
    struct Watched: Sendable {
        var epoch: ServerEpoch
        var presence: ServerPresence
        var renewal: Int64
    }

    func controls() throws(ConformanceMismatch) -> PresenceControls {
        try Expect.value(presence, "a subject with presence controls, which these rules need")
    }

    /// Renews, with an offer that rests on an earlier renewal if there is one.
    func renew(
        _ epoch: ServerEpoch,
        after renewal: Int64?,
        on storage: any JobStorage
    ) async throws -> HeartbeatAnswer {
        let terms = TakeoverTerms(stoodAfter: renewal, lateAfter: .seconds(60))
        return try await storage.heartbeat(epoch, lease: .seconds(900), runs: [], takeover: terms)
    }

    /// A server of the subject's own storage, whose session is older than whatever comes after.
    func watcher() async throws -> Watched {
        let presence = ServerPresence(environment.makeUUID())
        let epoch = epoch()
        try await storage.register(registration(epoch, presence: presence), lease: Self.longLease)
        var renewal: Int64?
        let deadline = environment.clock.now.advanced(by: patience)
        repeat {
            renewal = try await renew(epoch, after: renewal, on: storage).renewal
            try await advance(.milliseconds(5))
            // It can look as soon as it has its session.
            if (try? await storage.sightPeer(epoch)) != nil, let renewal {
                try await advance(.milliseconds(20))
                return Watched(epoch: epoch, presence: presence, renewal: renewal)
            }
        } while environment.clock.now < deadline
        throw ConformanceMismatch(expected: "a server with a presence to offer a takeover", found: "no offer")
    }

    /// A server of a storage that offers a takeover, as the watcher sees it.
    func offering(on storage: any JobStorage) async throws -> Watched {
        let presence = ServerPresence(environment.makeUUID())
        let epoch = epoch()
        try await storage.register(registration(epoch, presence: presence), lease: Self.longLease)
        var renewal: Int64?
        let deadline = environment.clock.now.advanced(by: patience)
        repeat {
            try await advance(.milliseconds(5))
            renewal = try await renew(epoch, after: renewal, on: storage).renewal
            if let renewal, try await self.storage.sightPeer(epoch) != nil {
                return Watched(epoch: epoch, presence: presence, renewal: renewal)
            }
        } while environment.clock.now < deadline
        throw ConformanceMismatch(expected: "a server with a presence to offer a takeover", found: "no offer")
    }

    /// A server that offered a takeover and whose process has ended.
    func gonePeer() async throws -> Watched {
        let controls = try controls()
        let peer = try await offering(on: controls.peer)
        try await controls.endPeer()
        let deadline = environment.clock.now.advanced(by: patience)
        repeat {
            let sighting = try Expect.value(try await storage.sightPeer(peer.epoch), "something to be seen")
            if !sighting.isLocked {
                try Expect.equal(sighting.renewal, peer.renewal, "the renewal seen of a server that has ended")
                return peer
            }
            try await advance(.milliseconds(5))
        } while environment.clock.now < deadline
        throw ConformanceMismatch(expected: "the lock of an ended process to be free", found: "it is held")
    }
}

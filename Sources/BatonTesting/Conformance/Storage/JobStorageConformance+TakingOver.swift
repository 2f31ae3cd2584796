import Baton

extension JobStorageConformance {
    static let takingOver: [Rule] = [
        Rule(
            "only a server that offers it is looked at",
            "There is nothing to see of a server that only its lease may end, or of none (PROTOCOL section 3)."
        ) { subject in
            _ = try await subject.watcher()
            let silent = try await subject.server()
            _ = try await subject.storage.heartbeat(silent, lease: JobStorageSubject.longLease, runs: [])
            for epoch in [silent, subject.epoch()] {
                let sighting = try await subject.storage.sightPeer(epoch)
                try Expect.equal(sighting, nil, "what is to be seen of it")
                let isCertified = try await subject.storage.certifyGone(epoch, renewal: 1)
                try Expect.equal(isCertified, false, "whether it was certified")
            }
        },
        Rule(
            "an offer rests on the renewal before",
            "What is told of the time after a renewal is out of date with the next (TakeoverTerms.stoodAfter)."
        ) { subject in
            let controls = try subject.controls()
            _ = try await subject.watcher()
            let peer = try await subject.offering(on: controls.peer)
            _ = try await subject.renew(peer.epoch, after: nil, on: controls.peer)
            try Expect.equal(
                try await subject.storage.sightPeer(peer.epoch),
                nil,
                "what is to be seen without an offer"
            )
        },
        Rule(
            "a server whose lock is held is not gone",
            "A server whose session stands is seen as such, and not certified (PROTOCOL section 3)."
        ) { subject in
            let controls = try subject.controls()
            _ = try await subject.watcher()
            let peer = try await subject.offering(on: controls.peer)
            let sighting = try Expect.value(try await subject.storage.sightPeer(peer.epoch), "something to be seen")
            try Expect.that(sighting.isLocked, "its lock to be held", found: sighting)
            try Expect.equal(sighting.presence, peer.presence, "its presence")
            try Expect.that(
                sighting.stoodAge >= .zero && sighting.stoodAge <= sighting.sessionAge,
                "the watcher's session to be older than the renewal that the offer rests on",
                found: sighting
            )
            let isCertified = try await subject.storage.certifyGone(peer.epoch, renewal: sighting.renewal)
            try Expect.equal(isCertified, false, "whether it was certified")
            let answer = try await subject.renew(peer.epoch, after: nil, on: controls.peer)
            try Expect.that(answer.isAlive, "the peer to be alive")
        },
        Rule(
            "a server that is gone is certified once",
            "A server without its lock that has not renewed since is certified, once, and is then dead (PROTOCOL section 3)."
        ) { subject in
            _ = try await subject.watcher()
            let peer = try await subject.gonePeer()
            let certificates = try await concurrently(4) { _ in
                try await subject.storage.certifyGone(peer.epoch, renewal: peer.renewal)
            }
            try Expect.equal(certificates.count { $0 }, 1, "how many certificates are written")
            try Expect.equal(
                try await subject.storage.sightPeer(peer.epoch),
                nil,
                "what is to be seen of a dead server"
            )
            let answer = try await subject.storage.heartbeat(peer.epoch, lease: .seconds(60), runs: [])
            try Expect.equal(answer.isAlive, false, "whether it is alive")
        },
        Rule(
            "who has renewed since is not gone",
            "A certificate is refused when the server has renewed since it was looked at (JobStorage.certifyGone)."
        ) { subject in
            _ = try await subject.watcher()
            let peer = try await subject.gonePeer()
            let isCertified = try await subject.storage.certifyGone(peer.epoch, renewal: peer.renewal - 1)
            try Expect.equal(isCertified, false, "whether it was certified by an earlier renewal")
        },
        Rule(
            "a session younger than the offer certifies nobody",
            "Whoever lost its own session after the renewal that the offer rests on certifies nobody (PROTOCOL section 3)."
        ) { subject in
            let controls = try subject.controls()
            let watcher = try await subject.watcher()
            let peer = try await subject.gonePeer()
            // By far more than it takes to hear of an age.
            try await subject.advance(.seconds(60))
            try await controls.loseSession(watcher.presence)
            try await subject.advance(.milliseconds(20))
            let deadline = subject.environment.clock.now.advanced(by: subject.patience)
            repeat {
                _ = try await subject.renew(watcher.epoch, after: nil, on: subject.storage)
                // A storage that has no session at the moment cannot look, and gets one with its next renewals.
                guard let sighting = try? await subject.storage.sightPeer(peer.epoch) else {
                    try await subject.advance(.milliseconds(5))
                    continue
                }
                try Expect.that(
                    sighting.sessionAge < sighting.stoodAge,
                    "the watcher's session to be younger",
                    found: sighting
                )
                let isCertified = try await subject.storage.certifyGone(peer.epoch, renewal: sighting.renewal)
                return try Expect.equal(isCertified, false, "whether it was certified")
            } while subject.environment.clock.now < deadline
            throw ConformanceMismatch(expected: "a session again after its loss", found: "none")
        },
        Rule(
            "a heartbeat tells of others that are late",
            "A server learns which others are late, of those that may be certified early (HeartbeatAnswer.latePeers)."
        ) { subject in
            let controls = try subject.controls()
            let watcher = try await subject.watcher()
            let peer = try await subject.offering(on: controls.peer)
            _ = try await subject.server()
            try await subject.advance(.seconds(70))
            let answer = try await subject.renew(watcher.epoch, after: nil, on: subject.storage)
            try Expect.equal(answer.latePeers, [peer.epoch], "who is late")
            let untold = try await subject.storage.heartbeat(watcher.epoch, lease: .seconds(900), runs: [])
            try Expect.equal(untold.latePeers, [], "who is late, for a server that takes no part")
        },
    ]
}

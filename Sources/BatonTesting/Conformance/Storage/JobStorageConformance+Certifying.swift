import Baton

extension JobStorageConformance {
    static let certifying: [Rule] = [
        Rule(
            "only a lease that is over ends in a certificate",
            "A server is certified dead only when its lease is over, and only if it was there (PROTOCOL section 3)."
        ) { subject in
            let (expired, witness) = (try await subject.server(lease: .seconds(1)), try await subject.server())
            let living = try await subject.server()
            try await subject.certify(expired, witness: witness)
            for epoch in [living, witness, subject.epoch()] {
                let isCertified = try await subject.storage.certifyDead(epoch, lease: JobStorageSubject.shortLease)
                try Expect.equal(isCertified, false, "whether a living or unknown server was certified dead")
            }
            let answer = try await subject.storage.heartbeat(living, lease: JobStorageSubject.longLease, runs: [])
            try Expect.that(answer.isAlive, "the living server to be alive still")
        },
        Rule(
            "a certificate is written once",
            "Of several who see that a lease is over one writes the certificate (PROTOCOL section 3)."
        ) { subject in
            let (expired, witness) = (try await subject.server(lease: .seconds(1)), try await subject.server())
            try await subject.certify(expired, witness: witness)
            let again = try await concurrently(4) { _ in
                try await subject.storage.certifyDead(expired, lease: JobStorageSubject.shortLease)
            }
            try Expect.that(!again.contains(true), "no second certificate", found: again)
            let expiredServers = try await subject.storage.survey(unpublishedAge: .zero).expiredServers
            try Expect.that(!expiredServers.contains(expired), "no word of it in the survey", found: expiredServers)
        },
        Rule(
            "a certificate stands",
            "Renewals and claims of a certified epoch fail, and registering it again lifts nothing (PROTOCOL section 3)."
        ) { subject in
            let (dead, witness) = (try await subject.server(lease: .seconds(1)), try await subject.server())
            let run = try await subject.running(by: dead)
            let waiting = try await subject.enqueued(1)[0]
            try await subject.certify(dead, witness: witness)
            for isAgain in [false, true] {
                if isAgain {
                    try await subject.storage.register(
                        subject.registration(dead),
                        lease: JobStorageSubject.longLease
                    )
                }
                let answer = try await subject.storage.heartbeat(dead, lease: JobStorageSubject.longLease, runs: [])
                try Expect.equal(answer.isAlive, false, "whether a certified epoch is alive")
                let claim = try await subject.storage.claim([waiting.message()], owner: dead, claim: 7)
                try Expect.equal(claim, [.refused(.ownEpochIsDead)], "a claim of a certified epoch")
            }
            let other = try await subject.storage.claim([run.message()], owner: witness, claim: 1)
            try Expect.equal(other, [.refused(.owned(by: dead, isDead: true))], "a claim of what the dead one ran")
            let repair = try await subject.storage.requeueOrphans(marks: try await subject.marks())
            try Expect.equal(repair.dispatches.map(\.message.id), [run.id], "what is requeued")
        },
    ]
}

extension JobStorageSubject {
    /// A lease so short that a storage which counts its own uptime has been up for as long soon.
    static let shortLease = Duration.seconds(1)

    /// Certifies a server whose lease ends within a second, while another one's heartbeats witness that storage is up.
    func certify(_ epoch: ServerEpoch, witness: ServerEpoch) async throws {
        for _ in 0..<2_000 {
            // A long lease, which neither ends nor breaks on a slow machine.
            _ = try await storage.heartbeat(witness, lease: Self.longLease, runs: [])
            if try await storage.certifyDead(epoch, lease: Self.shortLease) { return }
            try await advance(.milliseconds(200))
            // And some that really passes: nobody can move the time that a connection was made at.
            try await advance(.milliseconds(5))
        }
        throw ConformanceMismatch(
            expected: "a certificate for a server whose lease is over, storage being up for many leases",
            found: "none"
        )
    }
}

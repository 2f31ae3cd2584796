import Logging
import Locking

/// Takes deliveries in, claims what has a free thread or will have one in a moment, and starts it (PROTOCOL move 2).
struct ClaimProcess: Sendable {
    let core: ServerCore

    /// Takes the events of the consumer until it ends.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func receive() async throws {
        while let event = await core.consumer.next() {
            switch event {
            case .arrived(let deliveries, let words):
                try await receive(deliveries)
                words.forEach(heed)
            case .probed(let returns): core.probing.returned(returns)
            case .caughtUp(let queue, let probe): core.caughtUp(queue, probe)
            case .connected:
                core.logger.info("consuming", metadata: ["queues": "\(core.queues.joined(separator: ","))"])
                core.link.refuses(core.client.publisher.lookForBroker())
                core.link.connected()
                core.noteConsuming()
                // While there was no connection, nobody could tell of what was scheduled or set.
                core.news.scheduled.ring(dueAt: core.clock.now)
                core.news.recurringChanged.ring()
            case .disconnected(let reason):
                core.link.lost(at: core.clock.now)
                core.logger.warning("not consuming; connecting again", metadata: ["error": "\(reason)"])
            }
        }
    }

    private func heed(_ word: ControlMessage) {
        switch word {
        case .scheduled(let dueIn): core.news.scheduled.ring(dueAt: core.clock.now.advanced(by: dueIn))
        case .deleted(let id): core.cancelRuns { key, _ in key.id == id }
        case .probing: core.probing.hear()
        case .recurringChanged: core.news.recurringChanged.ring()
        case .queuesChanged: core.news.queuesChanged.ring()
        }
    }

    private func receive(_ deliveries: [Delivery]) async throws {
        guard !deliveries.isEmpty else { return }
        let known = deliveries.filter { core.registry[$0.message.name] != nil }
        let (refused, isPaused) = core.table.withLock { ($0.receive(known, at: core.clock.now), $0.holdsPaused(known)) }
        core.claimable.ring()
        if isPaused { core.pausing.ring() }
        if known.contains(where: \.isBundled) {
            core.bundled.ring()
        }
        if !refused.isEmpty {
            await core.giveBack(refused)
        }
        if known.count < deliveries.count {
            try await postpone(deliveries.filter { core.registry[$0.message.name] == nil })
        }
    }

    /// Puts jobs off whose names only another server knows; no attempt is spent.
    ///
    /// Storage that cannot be reached is waited for: what is given back would come again at once, round and round.
    private func postpone(_ deliveries: [Delivery]) async throws {
        let missing = try await core.retrying("putting jobs off") { () throws(JobStorageError) in
            try await core.storage.postpone(
                deliveries.map(\.message),
                by: core.configuration.unknownJobDelay,
                reason: "Server \(core.name) does not know the job"
            )
        }
        let (known, ghosts) = (
            deliveries.filter { !missing.contains($0.message) }, deliveries.filter { missing.contains($0.message) }
        )
        await core.consumer.acknowledge(known)
        core.ghosts.append(ghosts)
    }

    /// Claims until cancelled; what comes while a claim is under way makes up the next.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func run() async throws {
        while true {
            try await core.claimable.wait()
            while true {
                let batch = core.table.withLock { $0.takeClaimable(at: core.clock.now) }
                guard !batch.isEmpty else { break }
                try await claim(batch)
            }
        }
    }

    /// One claim, repeated with the same deliveries until it is answered.
    ///
    /// A claim whose answer was lost shows up as a row of this server's that it does not run; it is run then.
    private func claim(_ batch: [RunTable.Held]) async throws {
        let messages = batch.map(\.delivery.message)
        let (owner, claim) = core.nextClaim()
        if core.environment.defects.contains(.acknowledgesBeforeCommit) {
            await core.consumer.acknowledge(batch.map(\.delivery))
        }
        let outcomes = try await core.retrying("claiming") { () throws(JobStorageError) in
            try await core.storage.claim(messages, owner: owner, claim: claim)
        }
        var sorted = SortedClaims(defects: core.environment.defects)
        let now = core.clock.now
        let wantsDue = core.table.withLock { table in
            for (held, outcome) in zip(batch, outcomes) {
                sorted.add(held, outcome, owner: owner, now: now, to: &table)
            }
            table.endClaims(batch)
            table.beginSettling()
            return table.pacing.takeRipe()
        }
        if wantsDue { core.news.scheduled.ring(dueAt: core.clock.now) }
        core.begin(sorted.started, claimedFor: owner)
        core.suspect(sorted.suspects)
        await settle(sorted)
        let (leavesRoom, hasTakenUp) = core.table.withLock { table in
            table.endSettling()
            return (table.hasRoomForIntake(), table.hasTakenUpWatched())
        }
        core.progress.ring()
        if leavesRoom { core.vacancies.ring() }
        if hasTakenUp { core.probing.ring() }
        if sorted.isOwnEpochDead {
            try await core.replaceEpoch(owner)
        }
        if sorted.mustAskAgain {
            // The row was in another's hands for a moment; the delivery is at the head of the line again.
            core.bundled.ring()
            core.pausing.ring()
            try await core.clock.sleep(for: .milliseconds(20))
            core.claimable.ring()
        }
    }

    private func settle(_ sorted: SortedClaims) async {
        if !sorted.dropped.isEmpty {
            core.logger.debug("stale or duplicate deliveries dropped", metadata: ["count": "\(sorted.dropped.count)"])
            await core.consumer.acknowledge(sorted.dropped)
            await core.count([.duplicateDeliveries: sorted.dropped.count])
        }
        core.ghosts.append(sorted.ghosts)
    }
}

import Testing

@testable import Baton

/// Repairs, certificates and sessions, held against what PostgreSQL's statements do.
@Suite struct InMemoryRepairTests {
    private let rig = StorageRig()

    @Test func jobsOfAServerThatIsNotListedGoBackOrFail() async throws {
        try await rig.register(rig.owner)
        for (number, attempts) in [(3, 10), (1, 1), (2, 10), (4, 10)] {
            _ = try await rig.claim(number, attempts: attempts)
        }
        #expect(try await !rig.storage.survey(unpublishedAge: .seconds(60)).hasOrphans)
        try await rig.storage.deregister(rig.owner)
        #expect(try await rig.storage.survey(unpublishedAge: .seconds(60)).hasOrphans)
        let repair = try await rig.storage.requeueOrphans(marks: rig.marks(20..<23))
        #expect(repair.failed == 1, "those that fail count against the bound")
        #expect(repair.dispatches.map(\.message.id) == [2, 3].map(Sample.id))
        #expect(repair.dispatches.map(\.sequence) == [20, 21])
        #expect(rig.row(4)?.state == .processing)
        let failed = try #require(try await rig.storage.job(Sample.id(1)))
        #expect(failed.failure?.type == "WorkerLost" && failed.state == .failed)
        let entry = try #require(rig.entries(2).last)
        #expect(entry.reason == "orphan" && entry.server == rig.owner && entry.attempt == 1)
        #expect(rig.row(2)?.generation == 2 && rig.row(2)?.attempt == 1)
        #expect(try await rig.complete(2, .succeeded(result: nil)) == .fenced(.superseded))
    }

    @Test func anAuditGivesTheAttemptBack() async throws {
        try await rig.register(rig.owner)
        for number in [2, 1] { _ = try await rig.claim(number, claim: Int64(number)) }
        let held = OwnedRun(id: Sample.id(1), claim: 1)
        let stale = OwnedRun(id: Sample.id(2), claim: 9)
        let answer = try await rig.storage.heartbeat(rig.owner, lease: rig.lease, runs: [held, stale], takeover: nil)
        #expect(answer.lostRuns == [stale])
        #expect(answer.ownedRuns == [held, OwnedRun(id: Sample.id(2), claim: 2)])
        let runs = [stale, held]
        let dispatches = try await rig.storage.putBackUnheld(runs, owner: rig.owner, marks: rig.marks(7..<9))
        #expect(dispatches == [MarkedDispatch(message: Sample.message(1, generation: 2), sequence: 7)])
        #expect(rig.row(1)?.attempt == 0 && rig.entries(1).last?.reason == "unheld")
        #expect(rig.row(2)?.state == .processing)
    }

    /// Without a mark; of a session that has no row; of one that is over; not confirmed and old.
    @Test func rowsThatNobodyAnswersForAreAdopted() async throws {
        func unpublished() async throws -> Bool {
            try await rig.storage.survey(unpublishedAge: .seconds(60)).hasUnpublished
        }
        let (living, over) = (Sample.session(8), Sample.session(9))
        for session in [living, over] { try await rig.storage.openSession(session, lease: .seconds(600)) }
        func insert(_ number: Int, _ session: PublisherSession?, _ sequence: Int64) async throws {
            let mark = session.map { PublishMark(session: $0, sequence: sequence) }
            try await rig.insert(.plain(Sample.id(number), .enqueued(mark)))
        }
        for (number, sequence) in [(1, 1), (2, 2), (3, 3)] { try await insert(number, living, Int64(sequence)) }
        for (number, sequence) in [(4, 1), (5, 2)] { try await insert(number, over, Int64(sequence)) }
        let pending = PublisherWatermark(session: living, confirmedBelow: 3, pending: [1])
        try await rig.storage.saveWatermark(pending, lease: .seconds(600))
        #expect(try await !unpublished())
        try await rig.storage.closeSession(PublisherWatermark(session: over, confirmedBelow: 2, pending: []))
        try await rig.storage.saveWatermark(
            PublisherWatermark(session: over, confirmedBelow: 9, pending: []),
            lease: .seconds(600)
        )
        #expect(try await unpublished(), "the last word of a session stays")
        rig.clock.jump(by: .seconds(61))
        try await insert(6, nil, 0)
        try await insert(7, rig.session, 1)
        let marks = PublishMarkRange(session: living, sequences: 30..<39)
        let adopted = try await rig.storage.adoptUnpublished(marks: marks, unpublishedAge: .seconds(60))
        #expect(adopted.map(\.message.id) == [1, 3, 5, 6, 7].map(Sample.id))
        #expect(adopted.map(\.sequence) == [30, 31, 32, 33, 34])
        #expect(rig.row(6)?.mark == marks[3] && rig.row(6)?.generation == 1)
        #expect(rig.entries(1).map(\.reason) == [nil, "unpublished"])
        #expect(rig.row(1)?.stateAt == Sample.date(61), "its age counts from its mark")
        #expect(try await !unpublished())
        try await rig.storage.releaseMarks(of: living, [31, 99])
        #expect(rig.row(3)?.mark == nil)
        #expect(try await unpublished())
    }

    @Test func aWatermarkDoesNotGoBack() async throws {
        try await rig.storage.saveWatermark(
            PublisherWatermark(session: rig.session, confirmedBelow: 9, pending: []),
            lease: rig.lease
        )
        try await rig.storage.saveWatermark(
            PublisherWatermark(session: rig.session, confirmedBelow: 3, pending: []),
            lease: rig.lease
        )
        #expect(rig.storage.read { $0.sessions[rig.session]?.watermark.confirmedBelow } == 9)
    }

    // MARK: Certificates

    /// A lease that ran out while nobody could renew is no proof.
    @Test func aCertificateNeedsAWitnessThatStorageWasUp() async throws {
        let witness = Sample.epoch(2)
        try await rig.register(rig.owner)
        try await rig.register(witness)
        rig.clock.jump(by: .seconds(16))
        #expect(try await rig.storage.survey(unpublishedAge: .zero).expiredServers == [rig.owner, witness])
        try await rig.beat(witness)
        #expect(try await !rig.storage.certifyDead(rig.owner, lease: rig.lease), "its heartbeats had a gap")
        for _ in 0..<3 {
            rig.clock.jump(by: .seconds(5))
            try await rig.beat(witness)
        }
        #expect(try await !rig.storage.certifyDead(rig.owner, lease: rig.lease), "a lease, and not more")
        rig.clock.jump(by: .seconds(1))
        #expect(try await rig.storage.certifyDead(rig.owner, lease: rig.lease))
        #expect(try await !rig.storage.certifyDead(rig.owner, lease: rig.lease), "only once")
        #expect(try await !rig.beat(rig.owner).isAlive)
        try await rig.register(rig.owner)
        #expect(try await !rig.beat(rig.owner).isAlive, "a certificate is for ever")
        #expect(try await rig.claim(1) == .refused(.ownEpochIsDead))
    }

    @Test func anEarlyCertificateNeedsAnOfferAFreeLockAndAnOlderSession() async throws {
        let presence = ServerPresence(Sample.uuid(1))
        let watcher = Sample.epoch(2)
        rig.clock.jump(by: .seconds(1))
        try await rig.register(rig.owner, presence: presence)
        try await rig.register(watcher)
        let terms = TakeoverTerms(stoodAfter: nil, lateAfter: .seconds(3))
        let first = try #require(try await rig.beat(rig.owner, takeover: terms).renewal)
        #expect(try await rig.storage.sightPeer(rig.owner) == nil, "it offers none")
        rig.clock.jump(by: .seconds(2))
        let offer = TakeoverTerms(stoodAfter: first, lateAfter: .seconds(3))
        let second = try #require(try await rig.beat(rig.owner, takeover: offer).renewal)
        rig.clock.jump(by: .seconds(3))
        #expect(try await rig.beat(watcher, takeover: terms).latePeers == [])
        rig.clock.jump(by: .milliseconds(1))
        #expect(try await rig.beat(watcher, takeover: terms).latePeers == [rig.owner])
        let sighting = try #require(try await rig.storage.sightPeer(rig.owner))
        #expect(sighting.isLocked && sighting.renewal == second && sighting.presence == presence)
        #expect(sighting.stoodAge == .milliseconds(5_001) && sighting.sessionAge == .milliseconds(6_001))
        #expect(try await !rig.storage.certifyGone(rig.owner, renewal: second), "its lock is held")
        rig.storage.change { _ = $0.locks.remove(presence) }
        #expect(try await !rig.storage.certifyGone(rig.owner, renewal: first), "it has renewed since")
        let began = rig.storage.read(\.sessionsSince)
        rig.storage.change { $0.sessionsSince = Sample.date(1) }
        #expect(try await !rig.storage.certifyGone(rig.owner, renewal: second), "the session is no older")
        rig.storage.change { $0.sessionsSince = began }
        #expect(try await rig.storage.certifyGone(rig.owner, renewal: second))
        #expect(try await rig.storage.sightPeer(rig.owner) == nil)
    }

    @Test func whatNothingRefersToIsRemovedAfterAnHour() async throws {
        let (bearing, silent) = (Sample.session(1), Sample.session(2))
        for session in [bearing, silent] { try await rig.storage.openSession(session, lease: rig.lease) }
        try await rig.insert(.plain(Sample.id(1), .enqueued(rig.mark(1))))
        try await rig.register(rig.owner)
        rig.storage.change { tables in
            tables.servers[rig.owner]?.isDead = true
            tables.servers[rig.owner]?.certifiedAt = Sample.date(10)
        }
        rig.clock.jump(by: .seconds(3_605))
        try await rig.storage.tidy()
        #expect(rig.storage.read { $0.sessions.count == 2 && $0.servers.count == 1 })
        rig.clock.jump(by: .seconds(30))
        try await rig.storage.tidy()
        #expect(rig.storage.read { Array($0.sessions.keys) } == [bearing])
        #expect(rig.storage.read(\.servers.isEmpty))
    }
}

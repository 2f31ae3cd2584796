import Testing

@testable import Baton

@Suite struct SortedClaimsTests {
    private let owner = Sample.epoch(1)

    /// One delivery of job 1, taken to be claimed and answered.
    private func sort(
        _ outcome: ClaimOutcome,
        running: ClaimedJob? = nil
    ) -> (sorted: SortedClaims, table: RunTable) {
        var table = RunTable(concurrency: 2)
        if let running {
            table.start(running, owner: owner, delivery: Sample.delivery(1, tag: 1), at: Sample.instant(0))
        }
        _ = table.receive([Sample.delivery(1, tag: 2)], at: Sample.instant(1))
        let batch = table.takeClaimable(at: Sample.instant(0))
        var sorted = SortedClaims()
        for held in batch {
            sorted.add(held, outcome, owner: owner, now: Sample.instant(2), to: &table)
        }
        table.endClaims(batch)
        return (sorted, table)
    }

    private func isWaiting(_ table: RunTable) -> Bool {
        var table = table
        return table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag) == [2]
    }

    @Test func aClaimedJobIsStartedUnderTheEpochThatClaimedIt() {
        let (sorted, table) = sort(.claimed(Sample.claimed(1, claim: 5)))
        #expect(sorted.started.map(\.claim) == [5])
        #expect(table.runningCount == 1)
        #expect(table.owner(of: OwnedRun(id: Sample.id(1), claim: 5)) == owner)
        #expect(sorted.dropped.isEmpty && sorted.ghosts.isEmpty && !sorted.mustAskAgain)
    }

    /// The message of a job that another server runs: only one that comes again says something of that server.
    @Test(arguments: [true, false])
    func theLivingOwnerOfARedeliveredMessageIsLookedAt(isRedelivered: Bool) {
        var delivery = Sample.delivery(1, tag: 1)
        delivery.isRedelivered = isRedelivered
        var table = RunTable(concurrency: 2)
        var sorted = SortedClaims()
        for (other, isDead) in [(2, false), (3, true)] {
            let held = RunTable.Held(delivery: delivery, since: Sample.instant(0))
            let outcome = ClaimOutcome.refused(.owned(by: Sample.epoch(other), isDead: isDead))
            sorted.add(held, outcome, owner: owner, now: Sample.instant(1), to: &table)
        }
        #expect(sorted.suspects == (isRedelivered ? [Sample.epoch(2)] : []))
        #expect(sorted.dropped.count == 2)
    }

    @Test func aRowOfMineThatDoesNotRunIsStarted() {
        let (sorted, table) = sort(.refused(.mine(Sample.claimed(1, claim: 4))))
        #expect(sorted.started.map(\.claim) == [4])
        #expect(table.runningCount == 1)
    }

    @Test func aRowOfMineThatMayYetBePutBackIsLeftToTheAudit() {
        var table = RunTable(concurrency: 2)
        let unheld = table.beginRepair(of: [OwnedRun(id: Sample.id(1), claim: 4)])
        table.endRepair(of: unheld, isCertain: false)
        _ = table.receive([Sample.delivery(1, tag: 2)], at: Sample.instant(1))
        let batch = table.takeClaimable(at: Sample.instant(1))
        var sorted = SortedClaims()
        for held in batch {
            let outcome = ClaimOutcome.refused(.mine(Sample.claimed(1, claim: 4)))
            sorted.add(held, outcome, owner: owner, now: Sample.instant(2), to: &table)
        }
        table.endClaims(batch)
        #expect(sorted.started.isEmpty && !sorted.mustAskAgain)
        #expect(sorted.dropped.map(\.tag) == [2])
    }

    @Test func aSecondCopyOfARunningJobIsSettledWithItsRun() {
        let running = Sample.claimed(1, claim: 4)
        var (sorted, table) = sort(.refused(.mine(running)), running: running)
        #expect(sorted.started.isEmpty && sorted.dropped.isEmpty)
        #expect(table.remove(OwnedRun(id: running.id, claim: 4))?.deliveries.map(\.tag) == [1, 2])
    }

    @Test func aRunThatEndedWhileItsCopyWasClaimedIsAskedAboutAgainAndNotRunAgain() {
        let running = Sample.claimed(1, claim: 4)
        var table = RunTable(concurrency: 2)
        table.start(running, owner: owner, delivery: Sample.delivery(1, tag: 1), at: Sample.instant(0))
        _ = table.receive([Sample.delivery(1, tag: 2)], at: Sample.instant(1))
        let batch = table.takeClaimable(at: Sample.instant(0))
        _ = table.remove(OwnedRun(id: running.id, claim: running.claim))
        var sorted = SortedClaims()
        for held in batch {
            sorted.add(held, .refused(.mine(running)), owner: owner, now: Sample.instant(2), to: &table)
        }
        table.endClaims(batch)
        #expect(sorted.started.isEmpty && sorted.dropped.isEmpty && sorted.mustAskAgain)
        #expect(isWaiting(table))
    }

    @Test(arguments: [
        ClaimRefusal.superseded, .owned(by: Sample.epoch(2), isDead: false), .owned(by: Sample.epoch(2), isDead: true),
    ])
    func whatMovedOnOrIsAnothersIsDropped(refusal: ClaimRefusal) {
        let (sorted, table) = sort(.refused(refusal))
        #expect(sorted.dropped.map(\.tag) == [2])
        #expect(!sorted.mustAskAgain && table.isEmpty && !isWaiting(table))
    }

    @Test func aMessageWithoutARowIsAGhost() {
        let (sorted, table) = sort(.refused(.missing))
        #expect(sorted.ghosts.map(\.tag) == [2])
        #expect(sorted.dropped.isEmpty && !isWaiting(table))
    }

    @Test(arguments: [ClaimRefusal.stillEnqueued, .ownEpochIsDead])
    func whatMayStillBeMineIsAskedForAgainAndNeverAcknowledged(refusal: ClaimRefusal) {
        let (sorted, table) = sort(.refused(refusal))
        #expect(sorted.mustAskAgain)
        #expect(sorted.isOwnEpochDead == (refusal == .ownEpochIsDead))
        #expect(sorted.dropped.isEmpty && sorted.ghosts.isEmpty && sorted.started.isEmpty)
        #expect(isWaiting(table))
    }
}

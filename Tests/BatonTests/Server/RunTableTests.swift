import Testing

@testable import Baton

@Suite struct RunTableTests {
    private let owner = Sample.epoch(1)

    private func key(_ job: Int, _ claim: Int64) -> OwnedRun {
        OwnedRun(id: Sample.id(job), claim: claim)
    }

    /// A table with jobs that run: job n by claim n, since second n.
    private func table(concurrency: Int, running jobs: ClosedRange<Int>) -> RunTable {
        var table = RunTable(concurrency: concurrency)
        for job in jobs {
            table.start(
                Sample.claimed(job, claim: Int64(job)),
                owner: owner,
                delivery: Sample.delivery(job, tag: UInt64(job)),
                at: Sample.instant(Double(job))
            )
            let hasBegun = table.begin(OwnedRun(id: Sample.id(job), claim: Int64(job)), at: Sample.instant(Double(job)))
            #expect(hasBegun)
        }
        return table
    }

    // MARK: Claims

    @Test func onlyAsMuchIsClaimedAsThereAreFreeThreads() {
        var table = table(concurrency: 4, running: 1...2)
        #expect(table.receive((3...9).map { Sample.delivery($0, tag: UInt64($0)) }, at: Sample.instant(9)).isEmpty)
        #expect(table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag) == [3, 4])
        #expect(table.takeClaimable(at: Sample.instant(0)).isEmpty)
    }

    @Test func aFunctionThatEndedFreesItsThreadBeforeItsEndIsStored() {
        var table = table(concurrency: 1, running: 1...1)
        _ = table.receive([Sample.delivery(2, tag: 2)], at: Sample.instant(2))
        #expect(table.takeClaimable(at: Sample.instant(0)).isEmpty)
        #expect(table.end(key(1, 1), after: .seconds(60)) != nil)
        #expect(table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag) == [2])
        #expect(table.end(key(1, 1), after: .seconds(60)) == nil, "an end counts once")
        #expect(table.remove(key(1, 1)) != nil)
        #expect(table.takeClaimable(at: Sample.instant(0)).isEmpty, "a thread is freed once")
    }

    @Test func aJobIsAtMostOnceInABatchAndItsOtherCopyComesNext() {
        var table = RunTable(concurrency: 4)
        _ = table.receive(
            [Sample.delivery(1, tag: 1), Sample.delivery(1, tag: 2), Sample.delivery(2, tag: 3)],
            at: Sample.instant(0)
        )
        let batch = table.takeClaimable(at: Sample.instant(0))
        #expect(batch.map(\.delivery.tag) == [1, 3])
        #expect(table.takeClaimable(at: Sample.instant(0)).isEmpty)
        table.endClaims(batch)
        #expect(table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag) == [2])
    }

    @Test func whatIsToBeClaimedAgainGoesFirst() {
        var table = RunTable(concurrency: 1)
        _ = table.receive([Sample.delivery(1, tag: 1), Sample.delivery(2, tag: 2)], at: Sample.instant(0))
        let batch = table.takeClaimable(at: Sample.instant(0))
        table.claimAgain(batch)
        table.endClaims(batch)
        #expect(table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag) == [1])
    }

    @Test func deliveriesThatWaitTooLongAreTakenOut() {
        var table = table(concurrency: 1, running: 1...1)
        _ = table.receive([Sample.delivery(2, tag: 2)], at: Sample.instant(10))
        _ = table.receive([Sample.delivery(3, tag: 3)], at: Sample.instant(20))
        #expect(table.takeWaiting(since: Sample.instant(9)).isEmpty)
        #expect(table.takeWaiting(since: Sample.instant(19)).map(\.tag) == [2])
        _ = table.end(key(1, 1), after: .seconds(60))
        #expect(table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag) == [3])
    }

    // MARK: Settling

    @Test func everyDeliveryOfARunIsSettledWithIt() {
        var table = table(concurrency: 1, running: 1...1)
        #expect(table.attach(Sample.delivery(1, tag: 7), to: key(1, 1)) == true)
        #expect(table.attach(Sample.delivery(1, tag: 8), to: key(1, 2)) == false, "another claim is another run")
        #expect(table.remove(key(1, 1))?.deliveries.map(\.tag) == [1, 7])
        #expect(table.remove(key(1, 1)) == nil)
        #expect(table.isEmpty)
    }

    @Test func deliveriesOfLongRunsAreTakenOnceAndOnlyOfTheRunsAskedFor() {
        var table = table(concurrency: 4, running: 1...4)
        _ = table.end(key(1, 1), after: .seconds(60))
        let asked = [key(1, 1), key(2, 2), key(4, 4), key(9, 9)]
        #expect(
            table.takeLongDeliveries(of: asked, since: Sample.instant(4), bundledSince: Sample.instant(4)).map(\.tag)
                == [2]
        )
        #expect(table.takeLongDeliveries(of: asked, since: Sample.instant(4), bundledSince: Sample.instant(4)).isEmpty)
        #expect(table.remove(key(2, 2))?.deliveries.isEmpty == true)
        #expect(table.remove(key(1, 1))?.deliveries.map(\.tag) == [1])
    }

    // MARK: Audit

    @Test func rowsAreUnheldThatNeitherRunNorAreBeingClaimed() {
        var table = table(concurrency: 3, running: 1...2)
        _ = table.end(key(2, 2), after: .seconds(60))
        _ = table.receive([Sample.delivery(3, tag: 3)], at: Sample.instant(3))
        let batch = table.takeClaimable(at: Sample.instant(0))
        let rows = [key(1, 1), key(1, 8), key(2, 2), key(3, 3), key(4, 4)]
        let unheld1 = table.beginRepair(of: rows)
        #expect(unheld1 == [key(1, 8), key(4, 4)])
        table.endRepair(of: unheld1, isCertain: true)
        table.endClaims(batch)
        let unheld2 = table.beginRepair(of: rows)
        #expect(unheld2 == [key(1, 8), key(3, 3), key(4, 4)])
        table.endRepair(of: unheld2, isCertain: true)
    }

    @Test func onlyRunsOfTheEpochThatHaveNotEndedAreAskedAbout() {
        var table = table(concurrency: 4, running: 1...3)
        table.start(
            Sample.claimed(4, claim: 4),
            owner: Sample.epoch(2),
            delivery: Sample.delivery(4, tag: 4),
            at: Sample.instant(4)
        )
        _ = table.end(key(2, 2), after: .seconds(60))
        #expect(Set(table.openRuns(of: owner)) == [key(1, 1), key(3, 3)])
        #expect(table.openRuns(of: Sample.epoch(2)) == [key(4, 4)])
        #expect(table.owner(of: key(4, 4)) == Sample.epoch(2))
        #expect(table.owner(of: key(5, 5)) == nil)
    }

    // MARK: Cancelling

    @Test func aRunIsCancelledOnceAndNotAfterItsEnd() {
        var table = table(concurrency: 2, running: 1...2)
        let count = Shared(0)
        for job in 1...2 {
            let isUnwanted = table.setCancel(key(job, Int64(job))) { count.change { $0 += 1 } }
            #expect(!isUnwanted)
        }
        _ = table.end(key(2, 2), after: .seconds(60))
        let cancels = table.cancelRuns { _, _ in true }
        for cancel in cancels { cancel() }
        #expect(count.value == 1)
        #expect(table.isCancelled(key(1, 1)))
        #expect(!table.isCancelled(key(2, 2)), "what ended by itself was not cancelled")
        #expect(table.cancelRuns { _, _ in true }.isEmpty)
    }

    @Test func aRunCancelledBeforeItsTaskIsKnownIsCancelledAsSoonAsItIs() {
        var table = table(concurrency: 1, running: 1...1)
        #expect(table.cancelRuns { _, _ in true }.isEmpty)
        let isUnwanted = table.setCancel(key(1, 1)) {}
        #expect(isUnwanted)
    }

    @Test func aRunWhoseTimeIsUpIsEndedButNotUnwanted() async throws {
        var table = table(concurrency: 2, running: 1...2)
        let count = Shared(0)
        _ = table.setCancel(key(1, 1)) { count.change { $0 += 1 } }
        table.timeOut(key(1, 1))?()
        #expect(count.value == 1)
        #expect(table.hasTimedOut(key(1, 1)) && !table.isCancelled(key(1, 1)))
        let cancel = table.timeOut(key(2, 2))
        #expect(cancel == nil)
        let mustEnd = table.setCancel(key(2, 2)) {}
        #expect(mustEnd, "its time was up before its task was known")
    }

    @Test func whatIsCancelledOrHasEndedIsNotTimedOut() {
        var table = table(concurrency: 2, running: 1...2)
        _ = table.cancelRuns { key, _ in key.claim == 1 }
        _ = table.end(key(2, 2), after: .seconds(60))
        for key in [key(1, 1), key(2, 2), key(3, 3)] {
            let cancel = table.timeOut(key)
            #expect(cancel == nil)
            #expect(!table.hasTimedOut(key))
        }
    }

    @Test func aRunThatEndsWhileItsJobIsClaimedAgainIsRememberedUntilTheClaimEnds() {
        var table = table(concurrency: 3, running: 1...2)
        _ = table.receive([Sample.delivery(1, tag: 9)], at: Sample.instant(9))
        let batch = table.takeClaimable(at: Sample.instant(0))
        _ = table.remove(key(1, 1))
        _ = table.remove(key(2, 2))
        #expect(table.hasEndedWhileClaiming(key(1, 1)))
        #expect(!table.hasEndedWhileClaiming(key(2, 2)), "nobody claims that one")
        table.endClaims(batch)
        #expect(!table.hasEndedWhileClaiming(key(1, 1)))
    }

    // MARK: Stopping

    @Test func aTableIsNotEmptyWhileDeliveriesAreBeingSettled() {
        var table = table(concurrency: 1, running: 1...1)
        _ = table.remove(key(1, 1))
        table.beginSettling()
        #expect(!table.isEmpty && table.isQuiet)
        table.endSettling()
        #expect(table.isEmpty)
    }

    @Test func aStoppingTableGivesBackWhatWaitsAndTakesNothingIn() {
        var table = table(concurrency: 2, running: 1...1)
        _ = table.receive([Sample.delivery(2, tag: 2), Sample.delivery(3, tag: 3)], at: Sample.instant(0))
        let claims = table.takeClaimable(at: Sample.instant(0))
        #expect(table.stop().map(\.tag) == [3])
        #expect(table.receive([Sample.delivery(4, tag: 4)], at: Sample.instant(0)).map(\.tag) == [4])
        table.claimAgain(claims)
        table.endClaims(claims)
        #expect(table.takeClaimable(at: Sample.instant(0)).isEmpty)
        #expect(!table.isQuiet)
        _ = table.end(key(1, 1), after: .seconds(60))
        #expect(table.isQuiet)
        #expect(!table.isEmpty, "the end of the run is not stored yet")
        _ = table.remove(key(1, 1))
        #expect(table.isEmpty)
    }

    @Test func claimsAheadWhatItsThreadsGetThroughInAMoment() {
        var table = table(concurrency: 2, running: 1...2)
        let tags = UInt64(3)...UInt64(100)
        _ = table.receive(tags.map { Sample.delivery(Int($0), tag: $0) }, at: Sample.instant(0))
        _ = table.end(key(1, 1), after: .milliseconds(5))
        #expect(table.capacity(at: Sample.instant(0)) == 2 + 4)
        #expect(table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag) == [3, 4, 5, 6, 7])
        _ = table.end(key(2, 2), after: .seconds(1))
        #expect(table.capacity(at: Sample.instant(0)) == 2)
        #expect(table.takeClaimable(at: Sample.instant(0)).isEmpty, "more is claimed than will find a thread soon")
    }

    @Test func aThreadWhoseRunTakesLongIsNotClaimedAheadFor() {
        var table = table(concurrency: 2, running: 1...2)
        _ = table.end(key(1, 1), after: .milliseconds(5))
        #expect(table.capacity(at: Sample.instant(2)) == 2 + 4)
        #expect(table.capacity(at: Sample.instant(3)) == 2 + 2, "the other has run for a second")
    }

    @Test func whatComesAgainIsClaimedForAFreeThreadOnly() {
        var table = table(concurrency: 2, running: 1...1)
        _ = table.end(key(1, 1), after: .milliseconds(1))
        var again = (2...5).map { Sample.delivery($0, tag: UInt64($0)) }
        for index in again.indices { again[index].isRedelivered = true }
        _ = table.receive(again + [Sample.delivery(6, tag: 6)], at: Sample.instant(0))
        #expect(table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag) == [2, 3, 6])
    }

    @Test func runsThatNoThreadHasTakenAreEndedAndNeverBegin() {
        var table = table(concurrency: 1, running: 1...1)
        for job in 2...3 {
            table.start(
                Sample.claimed(job, claim: Int64(job)),
                owner: owner,
                delivery: Sample.delivery(job, tag: UInt64(job)),
                at: Sample.instant(Double(job))
            )
        }
        let old = table.takeUnstarted(claimedBefore: Sample.instant(3))
        #expect(old.map(\.id) == [Sample.id(2)])
        let begun = (table.begin(key(2, 2), at: Sample.instant(4)), table.begin(key(3, 3), at: Sample.instant(4)))
        #expect(begun == (false, true))
        let rest = table.takeUnstarted(claimedBefore: nil)
        #expect(rest.isEmpty)
        #expect(table.runningCount == 2)
        #expect(table.remove(key(2, 2))?.deliveries.map(\.tag) == [2], "its message waits for the end to be stored")
        #expect(table.runningCount == 2)
    }

    @Test func theDeliveryOfARunThatNoThreadHasTakenIsNotAcknowledgedEarly() {
        var table = RunTable(concurrency: 1)
        table.start(
            Sample.claimed(1, claim: 1),
            owner: owner,
            delivery: Sample.delivery(1, tag: 1),
            at: Sample.instant(0)
        )
        #expect(
            table.takeLongDeliveries(of: [key(1, 1)], since: Sample.instant(9), bundledSince: Sample.instant(9)).isEmpty
        )
    }

    @Test func tellsWhatAnEndedRunCallsFor() throws {
        var table = table(concurrency: 2, running: 1...2)
        let end = table.end(key(1, 1), after: .seconds(60))
        let first = try #require(end)
        #expect(!first.leavesWaiting && !first.isStopping)
        _ = table.receive([Sample.delivery(3, tag: 3)], at: Sample.instant(0))
        let next = table.end(key(2, 2), after: .seconds(60))
        let second = try #require(next)
        #expect(second.leavesWaiting)
        _ = table.stop()
        #expect(table.end(key(2, 2), after: .seconds(60)) == nil)
    }

    // MARK: Property

    /// Whatever happens in whatever order, threads are never overbooked and each delivery is in exactly one place.
    @Test(arguments: Seeds.many)
    func threadsAreNeverOverbookedAndNoDeliveryIsLost(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let concurrency = Int.random(in: 1...4, using: &generator)
        var table = RunTable(concurrency: concurrency)
        var received = 0
        var left: [UInt64] = []
        var claims: [[RunTable.Held]] = []
        var running: [OwnedRun] = []
        var ended: [OwnedRun] = []
        var claim: Int64 = 0

        func finish(_ batch: [RunTable.Held]) {
            for held in batch {
                switch Int.random(in: 0..<3, using: &generator) {
                case 0:
                    claim += 1
                    let job = ClaimedJob.sample(id: held.delivery.message.id, claim: claim)
                    table.start(job, owner: owner, delivery: held.delivery, at: Sample.instant(0))
                    running.append(OwnedRun(id: job.id, claim: claim))
                case 1:
                    left.append(held.delivery.tag)
                default:
                    table.claimAgain([held])
                }
            }
            table.endClaims(batch)
        }

        for step in 0..<200 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                received += 1
                let job = Int.random(in: 1...5, using: &generator)
                left += table.receive([Sample.delivery(job, tag: UInt64(received))], at: Sample.instant(0)).map(\.tag)
            case 1:
                let before = running.count + claims.joined().count
                let batch = table.takeClaimable(at: Sample.instant(0))
                #expect(before + batch.count <= max(before, table.capacity(at: Sample.instant(0))))
                let ids = batch.map(\.delivery.message.id)
                #expect(Set(ids).count == ids.count)
                #expect(Set(ids).isDisjoint(with: claims.joined().map(\.delivery.message.id)))
                if !batch.isEmpty { claims.append(batch) }
            case 2:
                if let index = claims.indices.randomElement(using: &generator) { finish(claims.remove(at: index)) }
            case 3:
                if let index = running.indices.randomElement(using: &generator) {
                    let key = running.remove(at: index)
                    let duration = Duration.milliseconds(Int.random(in: 0...20, using: &generator))
                    #expect(table.end(key, after: duration) != nil)
                    ended.append(key)
                }
            case 4:
                if let index = ended.indices.randomElement(using: &generator) {
                    left += table.remove(ended.remove(at: index))?.deliveries.map(\.tag) ?? []
                }
            default:
                if step > 150 { left += table.stop().map(\.tag) }
            }
            #expect(table.runningCount == running.count)
        }
        while let batch = claims.popLast() { finish(batch) }
        for key in running + ended { left += table.remove(key)?.deliveries.map(\.tag) ?? [] }
        left += table.stop().map(\.tag)
        #expect(table.isEmpty && table.isQuiet)
        #expect(left.sorted() == (0..<received).map { UInt64($0 + 1) })
    }
}

extension ClaimedJob {
    fileprivate static func sample(id: JobID, claim: Int64) -> ClaimedJob {
        var job = Sample.claimed(0, claim: claim)
        job.id = id
        return job
    }
}

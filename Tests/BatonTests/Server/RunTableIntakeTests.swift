import Testing

@testable import Baton

@Suite struct RunTableIntakeTests {
    private let owner = Sample.epoch(1)
    private let now = Sample.instant(0)

    private func start(_ jobs: ClosedRange<Int>, claim: Int64, in table: inout RunTable) {
        for job in jobs {
            table.start(Sample.claimed(job, claim: claim), owner: owner, delivery: nil, at: now)
            _ = table.begin(OwnedRun(id: Sample.id(job), claim: claim), at: now)
        }
    }

    @Test func claimsUnderWayTakeRoom() {
        var table = RunTable(concurrency: 4)
        #expect(table.beginIntake(1, at: now) == 4)
        #expect(table.beginIntake(2, at: now) == 0)
        _ = table.receive([Sample.delivery(9, tag: 9)], at: now)
        #expect(table.takeClaimable(at: now).isEmpty)
        start(1...1, claim: 1, in: &table)
        let leavesWaiting = table.endIntake(1)
        #expect(leavesWaiting)
        #expect(table.takeClaimable(at: now).map(\.delivery.tag) == [9])
        #expect(table.beginIntake(3, at: now) == 2)
        let leavesMore = table.endIntake(3)
        #expect(!leavesMore)
    }

    /// Asked for in vain, room is told of when there is some.
    @Test func theEndOfARunTellsWhoWaitsForRoomOnce() {
        var table = RunTable(concurrency: 2)
        start(1...2, claim: 1, in: &table)
        #expect(table.beginIntake(2, at: now) == 0)
        let first = table.end(OwnedRun(id: Sample.id(1), claim: 1), after: .seconds(1))
        #expect(first?.leavesRoom == true)
        let second = table.end(OwnedRun(id: Sample.id(2), claim: 1), after: .seconds(1))
        #expect(second?.leavesRoom == false)
    }

    /// With many short jobs claimed ahead, the next claim is for a good part of them.
    @Test func shortRunsAreClaimedByTheBatch() {
        var table = RunTable(concurrency: 2)
        start(0...0, claim: 1, in: &table)
        _ = table.end(OwnedRun(id: Sample.id(0), claim: 1), after: .microseconds(200))
        let count = table.beginIntake(2, at: now)
        #expect(count > 50)
        start(1...count, claim: 2, in: &table)
        _ = table.endIntake(2)
        #expect(table.beginIntake(3, at: now) == 0)
        var ended = 0
        while ended < count {
            ended += 1
            let end = table.end(OwnedRun(id: Sample.id(ended), claim: 2), after: .microseconds(200))
            if end?.leavesRoom == true { break }
        }
        #expect(ended == (count - 2) / 2)
        #expect(table.beginIntake(4, at: now) == ended)
    }

    @Test func aStoppingTableClaimsNothingAndWaitsForWhatIsUnderWay() {
        var table = RunTable(concurrency: 2)
        _ = table.beginIntake(1, at: now)
        _ = table.stop()
        #expect(table.beginIntake(2, at: now) == 0)
        #expect(!table.isQuiet && !table.isEmpty)
        _ = table.endIntake(1)
        #expect(table.isQuiet && table.isEmpty)
    }

    @Test func rowsOfAClaimUnderWayAreHeld() {
        var table = RunTable(concurrency: 2)
        _ = table.beginIntake(5, at: now)
        let rows = [OwnedRun(id: Sample.id(1), claim: 5), OwnedRun(id: Sample.id(2), claim: 4)]
        let unheld1 = table.beginRepair(of: rows)
        #expect(unheld1 == [rows[1]])
        table.endRepair(of: unheld1, isCertain: true)
        _ = table.endIntake(5)
        let unheld2 = table.beginRepair(of: rows)
        #expect(unheld2 == rows)
        table.endRepair(of: unheld2, isCertain: true)
    }

    /// A message that finds the row still this server's must not start what is on its way to the queue.
    @Test func rowsThatArePutBackAreNotRun() {
        var table = RunTable(concurrency: 2)
        let row = OwnedRun(id: Sample.id(1), claim: 5)
        #expect(!table.isUnderWay(row))
        let unheld = table.beginRepair(of: [row])
        #expect(unheld == [row] && table.isUnderWay(row))
        let again = table.beginRepair(of: [row])
        #expect(again.isEmpty)
        table.endRepair(of: unheld, isCertain: true)
        #expect(!table.isUnderWay(row) && !table.mayBePutBack(row))
    }

    /// A repair that comes late would take the row from under its run, which is no other server's to be told of.
    @Test func rowsThatMayStillBePutBackAreNotRunUntilThatIsCertain() {
        var table = RunTable(concurrency: 2)
        let row = OwnedRun(id: Sample.id(1), claim: 5)
        let unheld1 = table.beginRepair(of: [row])
        table.endRepair(of: unheld1, isCertain: false)
        #expect(table.mayBePutBack(row) && !table.isUnderWay(row))
        let unheld2 = table.beginRepair(of: [row])
        #expect(unheld2 == [row])
        table.endRepair(of: unheld2, isCertain: true)
        #expect(!table.mayBePutBack(row))
    }

    @Test func rowsThatAreNotListedAnyMoreAreNotInDoubt() {
        var table = RunTable(concurrency: 2)
        let rows = [1, 2].map { OwnedRun(id: Sample.id($0), claim: 5) }
        let unheld1 = table.beginRepair(of: rows)
        table.endRepair(of: unheld1, isCertain: false)
        let unheld2 = table.beginRepair(of: [rows[1]])
        #expect(unheld2 == [rows[1]])
        #expect(!table.mayBePutBack(rows[0]) && table.mayBePutBack(rows[1]))
        table.endRepair(of: unheld2, isCertain: true)
    }

    @Test func aRepairOfOneRowSaysNothingOfOthers() {
        var table = RunTable(concurrency: 2)
        let rows = [1, 2].map { OwnedRun(id: Sample.id($0), claim: 5) }
        let unheld1 = table.beginRepair(of: [rows[0]])
        table.endRepair(of: unheld1, isCertain: false)
        let unheld2 = table.beginRepair(of: [rows[1]], areAll: false)
        #expect(unheld2 == [rows[1]])
        table.endRepair(of: unheld2, isCertain: true)
        #expect(table.mayBePutBack(rows[0]) && !table.mayBePutBack(rows[1]))
    }

    /// The claim may have seen the row before it was put back, and its answer may come after.
    @Test func aClaimThatSawARowBeforeItWasPutBackIsAskedAgain() {
        var table = RunTable(concurrency: 2)
        let row = OwnedRun(id: Sample.id(1), claim: 5)
        let unheld = table.beginRepair(of: [row])
        _ = table.receive([Sample.delivery(1, tag: 1)], at: now)
        let batch = table.takeClaimable(at: now)
        #expect(batch.count == 1)
        table.endRepair(of: unheld, isCertain: true)
        #expect(table.hasEndedWhileClaiming(row))
        table.endClaims(batch)
        #expect(!table.hasEndedWhileClaiming(row))
    }
}

import Testing

@testable import Baton

@Suite struct RunTableUnheededTests {
    private func table(running jobs: ClosedRange<Int>) -> RunTable {
        var table = RunTable(concurrency: jobs.count)
        for job in jobs {
            table.start(
                Sample.claimed(job, claim: Int64(job)),
                owner: Sample.epoch(1),
                delivery: nil,
                at: Sample.instant(0)
            )
            let hasBegun = table.begin(key(job), at: Sample.instant(0))
            #expect(hasBegun)
        }
        return table
    }

    private func key(_ job: Int) -> OwnedRun {
        OwnedRun(id: Sample.id(job), claim: Int64(job))
    }

    private func unheeded(_ table: inout RunTable, at second: Double) -> [Int64] {
        table.takeUnheeded(longerThan: .seconds(5), at: Sample.instant(second)).map(\.job.claim)
    }

    @Test func onlyRunsThatWereToldToEndAreReportedEachOnceAndAfterAWhile() {
        var table = table(running: 1...4)
        _ = table.cancelRuns { key, _ in key.claim == 1 }
        _ = table.timeOut(key(2))
        let early = [unheeded(&table, at: 10), unheeded(&table, at: 14.9)]
        #expect(early == [[], []])
        _ = table.cancelRuns { key, _ in key.claim == 3 }
        let first = unheeded(&table, at: 15)
        #expect(first == [1, 2])
        #expect(table.unheededCount == 2)
        let later = [unheeded(&table, at: 19), unheeded(&table, at: 20), unheeded(&table, at: 99)]
        #expect(later == [[], [3], []])
        #expect(table.unheededCount == 3)
    }

    @Test func aThreadIsFreeAgainWhenItsRunReturns() throws {
        var table = table(running: 1...2)
        _ = table.cancelRuns { _, _ in true }
        _ = unheeded(&table, at: 0)
        let found = unheeded(&table, at: 5)
        #expect(found == [1, 2])
        let first = table.end(key(1), after: .seconds(9))
        #expect(first?.wasUnheeded == true)
        #expect(table.unheededCount == 1 && table.runningCount == 1)
        #expect(table.isOpen(key(2)) && !table.isOpen(key(1)))
    }

    @Test func whatEndsInTimeIsNeverReported() {
        var table = table(running: 1...1)
        _ = table.cancelRuns { _, _ in true }
        _ = unheeded(&table, at: 0)
        let end = table.end(key(1), after: .seconds(1))
        #expect(end?.wasUnheeded == false)
        let found = unheeded(&table, at: 99)
        #expect(found == [])
    }
}

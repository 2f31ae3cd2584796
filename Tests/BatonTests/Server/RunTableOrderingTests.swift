import Testing

@testable import Baton

/// In what order a server claims what waits.
@Suite struct RunTableOrderingTests {
    private func delivery(
        _ job: Int,
        _ level: JobPriorityLevel = .normal,
        queue: String = "default",
        isRedelivered: Bool = false
    ) -> Delivery {
        var delivery = Sample.delivery(job, tag: UInt64(job))
        delivery.message.level = level
        delivery.message.queue = queue
        delivery.isRedelivered = isRedelivered
        return delivery
    }

    private func claim(_ table: inout RunTable) -> [UInt64] {
        table.takeClaimable(at: Sample.instant(0)).map(\.delivery.tag)
    }

    @Test func aHigherLevelGoesBeforeWhatArrivedEarlier() {
        var table = RunTable(concurrency: 2)
        let others = [delivery(10, .urgent), delivery(11, .low)]
        _ = table.receive((1...9).map { delivery($0) } + others, at: Sample.instant(0))
        #expect(claim(&table).first == 10)
        #expect(table.waiting.count == 9)
        let rest = table.waiting.held.map(\.ordinal)
        #expect(rest == rest.sorted(), "the rest is as it was")
    }

    @Test func allLevelsGetTheirShare() {
        var table = RunTable(concurrency: 15)
        let levels = JobPriorityLevel.allCases
        _ = table.receive((1...80).map { delivery($0, levels[$0 % 4]) }, at: Sample.instant(0))
        let claimed = claim(&table).map { levels[Int($0) % 4] }
        #expect(levels.map { level in claimed.count { $0 == level } } == [1, 2, 4, 8])
    }

    @Test func withinALevelItGoesAsItArrived() {
        var table = RunTable(concurrency: 8)
        _ = table.receive((1...8).map { delivery($0, $0 % 2 == 0 ? .high : .normal) }, at: Sample.instant(0))
        let claimed = claim(&table)
        #expect(claimed.filter { $0 % 2 == 0 } == [2, 4, 6, 8] && claimed.filter { $0 % 2 == 1 } == [1, 3, 5, 7])
    }

    @Test func aQueueThatIsListedFirstGoesFirst() {
        var table = RunTable(concurrency: 2, order: ClaimOrder(.strict, queues: ["a", "b"]))
        _ = table.receive(
            [delivery(1, .urgent, queue: "b"), delivery(2, queue: "a"), delivery(3, queue: "a")],
            at: Sample.instant(0)
        )
        #expect(claim(&table) == [2, 3])
    }

    @Test func queuesShare() {
        var table = RunTable(concurrency: 8, order: ClaimOrder(.weighted(["a": 3]), queues: ["a", "b"]))
        _ = table.receive((1...40).map { delivery($0, queue: $0 % 2 == 0 ? "a" : "b") }, at: Sample.instant(0))
        #expect(claim(&table).count { $0 % 2 == 0 } == 6)
    }

    @Test func whatCannotBeClaimedUsesUpNoTurn() {
        var table = RunTable(concurrency: 1)
        table.paused = ["mail"]
        _ = table.receive(
            [delivery(1, .urgent, queue: "mail"), delivery(2, .low), delivery(3, .urgent, queue: "mail")],
            at: Sample.instant(0)
        )
        #expect(claim(&table) == [2])
        #expect(table.waiting.held.map(\.delivery.tag) == [1, 3])
    }

    @Test func whatComesAgainWaitsForAFreeThread() {
        var table = RunTable(concurrency: 1)
        for job in 100..<200 {
            table.start(Sample.claimed(job, claim: 1), owner: Sample.epoch(1), delivery: nil, at: Sample.instant(0))
            _ = table.begin(OwnedRun(id: Sample.id(job), claim: 1), at: Sample.instant(0))
            _ = table.end(OwnedRun(id: Sample.id(job), claim: 1), after: .microseconds(10))
            _ = table.remove(OwnedRun(id: Sample.id(job), claim: 1))
        }
        _ = table.receive(
            [
                delivery(1), delivery(2, .urgent, isRedelivered: true), delivery(3, .high, isRedelivered: true),
                delivery(4, .low),
            ],
            at: Sample.instant(0)
        )
        #expect(claim(&table) == [2, 1, 4], "two is for the free thread, three would be claimed ahead")
    }

    @Test func aJobIsAtMostOnceInABatch() {
        var table = RunTable(concurrency: 4)
        var copy = delivery(1, .high)
        copy.tag = 9
        _ = table.receive([delivery(1, .high), copy, delivery(2)], at: Sample.instant(0))
        let batch = table.takeClaimable(at: Sample.instant(0))
        #expect(batch.map(\.delivery.tag) == [1, 2])
        table.endClaims(batch)
        #expect(claim(&table) == [9])
    }

    @Test func whatIsClaimedAgainIsTheFirstOfItsLevel() {
        var table = RunTable(concurrency: 1)
        _ = table.receive([delivery(1, .high), delivery(2, .high)], at: Sample.instant(0))
        let batch = table.takeClaimable(at: Sample.instant(0))
        #expect(batch.map(\.delivery.tag) == [1])
        table.claimAgain(batch)
        table.endClaims(batch)
        #expect(claim(&table) == [1])
    }

    /// Levels need not be told apart once the last of another one is gone.
    @Test func whatWaitsIsCounted() {
        var table = RunTable(concurrency: 1)
        _ = table.receive([delivery(1, .high), delivery(2), delivery(3, .low)], at: Sample.instant(0))
        #expect(table.waiting.prioritizedCount == 2)
        #expect(claim(&table) == [1])
        #expect(table.waiting.prioritizedCount == 1)
        #expect(table.takeWaiting(since: Sample.instant(0)) { $0.message.level == .low }.count == 1)
        #expect(table.waiting.prioritizedCount == 0 && table.waiting.count == 1)
    }
}

import Testing

@testable import Baton

/// What a server holds of paused queues; all samples are of the queue “default”.
@Suite struct RunTablePausingTests {
    private let now = Sample.instant(0)
    private let deliveries = (1...3).map { Sample.delivery($0, tag: UInt64($0)) }

    @Test func nothingOfAPausedQueueIsClaimed() {
        var table = RunTable(concurrency: 4)
        _ = table.receive(deliveries, at: now)
        #expect(table.pause(["default"]) == [])
        #expect(table.takeClaimable(at: now).isEmpty)
        #expect(table.holdsPaused(deliveries))
        #expect(table.unpaused(["default", "mail"]) == ["mail"])
        #expect(table.pause([]) == ["default"])
        #expect(table.takeClaimable(at: now).map(\.delivery.tag) == [1, 2, 3], "in the order in which they came")
        #expect(!table.holdsPaused(deliveries) && table.unpaused(["default", "mail"]) == ["default", "mail"])
    }

    @Test func anotherQueueIsNotHeldUpByWhatWaits() {
        var table = RunTable(concurrency: 1)
        var other = Sample.delivery(9, tag: 9)
        other.message.queue = "mail"
        _ = table.receive(deliveries + [other], at: now)
        _ = table.pause(["default"])
        #expect(table.takeClaimable(at: now).map(\.delivery.tag) == [9])
    }

    @Test func whatWaitsIsTakenOutAsADisturbance() {
        var table = RunTable(concurrency: 1)
        _ = table.receive(deliveries, at: now)
        #expect(table.takePaused(of: ["default"], at: now).isEmpty, "it has been resumed meanwhile")
        _ = table.pause(["default"])
        #expect(table.takePaused(of: [], at: now).isEmpty, "the broker still delivers")
        let taken = table.takePaused(of: ["default"], at: now)
        #expect(taken == deliveries)
        #expect(table.disturbances.count(of: "default") == 3 && table.disturbances.isUnderWay(in: "default"))
        table.disturbances.end(taken)
        #expect(!table.disturbances.isUnderWay(in: "default"))
        #expect(table.takePaused(of: ["default"], at: now).isEmpty)
    }

    @Test func whatNoThreadHasTakenIsPutBackAndWhatRunsGoesOn() {
        var table = RunTable(concurrency: 4)
        for job in 1...2 {
            table.start(Sample.claimed(job, claim: 1), owner: Sample.epoch(1), delivery: nil, at: now)
        }
        let running = OwnedRun(id: Sample.id(1), claim: 1)
        let hasBegun = table.begin(running, at: now)
        #expect(hasBegun)
        #expect(table.takeUnstarted(claimedBefore: nil, of: ["mail"]).isEmpty)
        #expect(table.takeUnstarted(claimedBefore: nil, of: ["default"]).map(\.id) == [Sample.id(2)])
        #expect(table.isOpen(running) && table.runningCount == 1)
        let beginsLate = table.begin(OwnedRun(id: Sample.id(2), claim: 1), at: now)
        #expect(!beginsLate, "its thread passes it by")
    }

    @Test func nothingOfAPausedQueueIsPromoted() {
        var table = RunTable(concurrency: 4)
        _ = table.pause(["mail"])
        let pace = table.promotionPace(queues: ["default", "mail"], at: now)
        #expect(pace.window(of: "mail") == 0 && pace.window(of: "default") == 8)
        table.pacing.note(
            Promotion(dispatches: [], nextDue: nil, heldQueues: ["mail"], unclaimed: []),
            of: pace,
            at: now
        )
        let isRipe = table.pacing.takeRipe()
        #expect(!isRipe, "no claim of it is waited for")
    }
}

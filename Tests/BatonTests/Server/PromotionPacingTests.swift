import Testing

@testable import Baton

/// How fast a server promotes, as a state machine.
@Suite struct PromotionPacingTests {
    private var pacing = PromotionPacing()

    /// What is promoted, as numbers of jobs.
    private func promotion(_ jobs: some Sequence<Int>, held: [String] = [], unclaimed: [Int] = []) -> Promotion {
        Promotion(
            dispatches: jobs.map { MarkedDispatch(message: Sample.message($0), sequence: 0) },
            nextDue: nil,
            heldQueues: held,
            unclaimed: unclaimed.map(Sample.id)
        )
    }

    private mutating func pace(free: Int = 0, at seconds: Double) -> PromotionPace {
        pacing.pace(queues: ["default"], free: free, at: Sample.instant(seconds))
    }

    /// Promotes all that is still outstanding besides.
    private mutating func promote(
        _ jobs: some Sequence<Int>,
        free: Int = 0,
        held: Bool = true,
        at seconds: Double
    ) {
        let pace = pace(free: free, at: seconds)
        var promotion = promotion(jobs, held: held ? ["default"] : [])
        promotion.unclaimed = pace.outstanding
        pacing.note(promotion, of: pace, at: Sample.instant(seconds))
    }

    private mutating func claim(_ jobs: some Sequence<Int>, at seconds: Double) {
        for job in jobs { pacing.claimed(Sample.id(job), of: "default", at: Sample.instant(seconds)) }
    }

    private mutating func isRipe() -> Bool {
        pacing.takeRipe()
    }

    @Test mutating func theWindowIsTwiceTheFreeThreads() {
        #expect(pace(free: 0, at: 0).window(of: "default") == 2, "the next is at hand when a thread is free")
        #expect(pace(free: 8, at: 0).window(of: "default") == 16)
        #expect(pace(free: 1_000, at: 0).window(of: "default") == PromotionPacing.largestWindow)
        #expect(pace(free: 8, at: 0).window(of: "strange") == PromotionPacing.otherWindow)
    }

    @Test mutating func theWindowFollowsWhatIsClaimed() {
        promote(1...100, at: 0)
        claim(1...100, at: 0.01)
        let busy = pace(at: 0.05).window(of: "default")
        #expect(busy > 20 && busy < 50, "what is claimed in some 30 ms at that speed")
        #expect(pace(at: 0.2).window(of: "default") == 2, "what was claimed long ago says nothing")
    }

    @Test mutating func whatIsUnclaimedIsOutstanding() {
        promote(1...4, at: 0)
        claim([2, 9], at: 0)
        let pace = pace(at: 0.1)
        #expect(pace.outstanding == [1, 3, 4].map(Sample.id))
        // Another server has claimed one.
        pacing.note(promotion([], unclaimed: [1, 4]), of: pace, at: Sample.instant(0.1))
        #expect(self.pace(at: 0.2).outstanding == [1, 4].map(Sample.id))
    }

    @Test mutating func halfOfTheWindowClaimedIsTimeToPromote() {
        promote(1...8, free: 4, at: 0)
        claim(1...3, at: 0)
        #expect(!isRipe())
        claim([4], at: 0)
        #expect(isRipe())
        #expect(!isRipe(), "once")
        claim(5...8, at: 0)
        #expect(!isRipe(), "until something is held back again")
    }

    /// Servers that serve a queue together claim each other's.
    @Test mutating func whatIsClaimedOfOthersIsTimeToPromote() {
        promote(1...8, free: 4, at: 0)
        claim([1, 21, 22], at: 0)
        #expect(!isRipe())
        claim([23], at: 0)
        #expect(isRipe())
        #expect(pace(at: 0).outstanding == (2...8).map(Sample.id), "storage says which")
        promote([], free: 4, at: 0)
        claim(24...40, at: 0)
        #expect(!isRipe(), "nobody has claimed any; they wait behind a backlog")
    }

    @Test mutating func nobodyIsWokenWhereNothingIsHeldBack() {
        promote(1...8, free: 4, held: false, at: 0)
        claim(1...8, at: 0)
        #expect(!isRipe())
    }

    @Test mutating func whatIsClaimedMeanwhileIsNotOutstanding() {
        let pace = pace(free: 2, at: 0)
        claim(1...3, at: 0)
        pacing.note(promotion(1...4, held: ["default"]), of: pace, at: Sample.instant(0))
        #expect(isRipe(), "at once")
        #expect(self.pace(at: 0).outstanding == [Sample.id(4)])
    }

    @Test mutating func whatNobodyClaimsCountsForAShortWhileAndThenForLonger() {
        promote(1...2, at: 0)
        #expect(pace(at: 0.9).outstanding.count == 2)
        #expect(pace(at: 1).outstanding.isEmpty)
        promote(3...4, at: 1)
        #expect(pace(at: 2.9).outstanding.count == 2)
        #expect(pace(at: 3).outstanding.isEmpty)
        promote(5...6, at: 3)
        claim([5], at: 3.5)
        #expect(pace(at: 3.9).outstanding.count == 1)
        #expect(pace(at: 4).outstanding.isEmpty, "claims have come again")
        var (now, waits) = (5.0, [Double]())
        for job in 10...20 {
            promote([job], at: now)
            let start = now
            while pace(at: now).outstanding.contains(Sample.id(job)) { now += 0.5 }
            waits.append(now - start)
        }
        #expect(waits.max() == 60 && waits == waits.sorted())
    }

    @Test mutating func ofOtherQueuesNothingIsPromotedWhereTooMuchIsOutstanding() {
        let jobs = 1...PromotionPacing.outstandingLimit
        promote(jobs, at: 0)
        #expect(pace(at: 0.1).otherWindow == 0)
        claim([1], at: 0.1)
        #expect(pace(at: 0.1).otherWindow == PromotionPacing.otherWindow)
    }

    @Test mutating func storageIsAskedLessOftenWhereNothingMoves() {
        #expect(pacing.poll == PromotionPacing.leastPoll)
        for _ in 0..<10 { promote([], at: 0) }
        #expect(pacing.poll == PromotionPacing.longestPoll)
        promote([1], at: 0)
        #expect(pacing.poll == PromotionPacing.leastPoll)
    }

    @Test mutating func nothingIsKeptOfAQueueThatIsNoMore() {
        promote(1...4, at: 0)
        claim(1...4, at: 0)
        _ = pace(at: 1_000)
        #expect(pacing.isEmpty && pacing.laneCount == 0)
    }
}

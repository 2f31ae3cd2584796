import Testing

@testable import Baton

@Suite struct ClaimAheadTests {
    @Test func nothingIsClaimedAheadUntilARunHasEnded() {
        #expect(ClaimAhead().count(threads: 20) == 0)
    }

    @Test(arguments: [
        (Duration.seconds(60), 0), (.milliseconds(201), 0), (.milliseconds(100), 2), (.milliseconds(1), 200),
        (.microseconds(1), ClaimAhead.limit), (.zero, ClaimAhead.limit),
    ])
    func whatTheThreadsGetThroughWithinTheHorizonIsClaimedAhead(duration: Duration, count: Int) {
        var ahead = ClaimAhead()
        ahead.note(duration)
        #expect(ahead.count(threads: 20) == count)
        #expect(ahead.hasShortRuns == (duration < ClaimAhead.horizon))
    }

    @Test func aLongRunCountsAtOnceAndShortOnesBitByBit() {
        var ahead = ClaimAhead()
        for _ in 0..<100 { ahead.note(.microseconds(10)) }
        #expect(ahead.count(threads: 1) == ClaimAhead.limit)
        ahead.note(.seconds(1))
        #expect(ahead.count(threads: 1) == 0)
        ahead.note(.microseconds(10))
        #expect(ahead.count(threads: 1) == 0)
        for _ in 0..<200 { ahead.note(.microseconds(10)) }
        #expect(ahead.count(threads: 1) > 100)
    }
}

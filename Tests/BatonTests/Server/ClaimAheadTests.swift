import Testing

@testable import Baton

@Suite struct ClaimAheadTests {
    @Test func nothingIsClaimedAheadUntilARunHasEnded() {
        #expect(ClaimAhead(concurrency: 20).count == 0)
    }

    @Test(arguments: [
        (Duration.seconds(60), 0), (.milliseconds(201), 0), (.milliseconds(100), 2), (.milliseconds(1), 200),
        (.microseconds(1), ClaimAhead.limit), (.zero, ClaimAhead.limit),
    ])
    func whatTheThreadsGetThroughWithinTheHorizonIsClaimedAhead(duration: Duration, count: Int) {
        var ahead = ClaimAhead(concurrency: 20)
        ahead.note(duration)
        #expect(ahead.count == count)
    }

    @Test func aLongRunCountsAtOnceAndShortOnesBitByBit() {
        var ahead = ClaimAhead(concurrency: 1)
        for _ in 0..<100 { ahead.note(.microseconds(10)) }
        #expect(ahead.count == ClaimAhead.limit)
        ahead.note(.seconds(1))
        #expect(ahead.count == 0)
        ahead.note(.microseconds(10))
        #expect(ahead.count == 0)
        for _ in 0..<200 { ahead.note(.microseconds(10)) }
        #expect(ahead.count > 100)
    }
}

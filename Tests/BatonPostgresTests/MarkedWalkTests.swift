import Baton
import Testing

@testable import BatonPostgres

struct MarkedWalkTests {
    private let start = ContinuousClock.now

    @Test func itGoesOnBehindAStretchAndBeginsAgainAfterTheLast() {
        var walk = MarkedWalk()
        #expect(walk.isDue(at: start, keepsWaiting: true) && walk.start == nil)
        let end = JobID.random()
        walk.looked(claimed: 0, of: 5, rows: MarkedWalk.stretch, end: end)
        #expect(walk.start == end)
        walk.looked(claimed: 4, of: 5, rows: MarkedWalk.stretch - 1, end: .random())
        #expect(walk.start == nil)
    }

    @Test func aStretchThatMayHoldMoreIsLookedAtAgain() {
        var walk = MarkedWalk()
        walk.looked(claimed: 5, of: 5, rows: MarkedWalk.stretch, end: .random())
        #expect(walk.start == nil)
    }

    @Test func itRestsOnlyWhenNothingWasFound() {
        var walk = MarkedWalk()
        walk.rest(claimed: 0, at: start)
        #expect(!walk.isDue(at: start + MarkedWalk.pause - .milliseconds(1), keepsWaiting: false))
        #expect(walk.isDue(at: start + MarkedWalk.pause, keepsWaiting: false))
        walk.rest(claimed: 1, at: start)
        #expect(walk.isDue(at: start, keepsWaiting: true))
    }

    @Test func whoHasJobsAlreadyIsNotHeldUp() {
        var walk = MarkedWalk()
        walk.rest(claimed: 0, at: start)
        let due = start + MarkedWalk.pause
        #expect(!walk.isDue(at: due + MarkedWalk.patience - .milliseconds(1), keepsWaiting: true))
        #expect(walk.isDue(at: due + MarkedWalk.patience, keepsWaiting: true))
    }
}

import Testing

@testable import Baton

@Suite struct BackoffTests {
    @Test func waitsDoubleUpToTheLimit() {
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
        let waits = (0..<6).map { _ in backoff.next(ConstantRandom(bits: 0)) }
        #expect(waits == [50, 100, 200, 400, 500, 500].map { Duration.milliseconds($0) })
    }

    @Test func jitterTakesAtMostHalfOff() {
        let random = SeededRandom(seed: 1)
        var backoff = Backoff(base: .milliseconds(50), limit: .seconds(2))
        var full = Duration.milliseconds(50)
        for _ in 0..<200 {
            let wait = backoff.next(random)
            #expect(wait >= full / 2 && wait <= full)
            full = min(full * 2, .seconds(2))
        }
    }

    @Test func twoDoNotComeBackTogether() {
        var (one, other) = (Backoff(), Backoff())
        let random = SeededRandom(seed: 2)
        let waits = (0..<8).map { _ in (one.next(random), other.next(random)) }
        #expect(waits.contains { $0 != $1 })
    }
}

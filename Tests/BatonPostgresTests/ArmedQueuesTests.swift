import Testing

@testable import BatonPostgres

struct ArmedQueuesTests {
    let start = ContinuousClock.now

    @Test func armingIsFollowedByALookSoonAfter() {
        var queues = ArmedQueues()
        #expect(queues.step(for: ["a", "b"], at: start) == .arm)
        queues.arm(["a", "b"], signs: queues.signs(of: ["a", "b"]), at: start)
        let later = start + .milliseconds(20)
        #expect(queues.step(for: ["a", "b"], at: later) == .settle(ArmedQueues.settling - .milliseconds(20)))
        #expect(queues.step(for: ["b"], at: start + ArmedQueues.settling) == .wait)
        #expect(queues.step(for: ["b", "c"], at: start + .seconds(9)) == .arm)
    }

    @Test func aSignTakesTheArmOff() {
        var queues = ArmedQueues()
        queues.arm(["a", "b"], signs: 0, at: start)
        queues.tell("a")
        #expect(queues.step(for: ["b"], at: start + .seconds(1)) == .wait)
        #expect(queues.step(for: ["a", "b"], at: start + .seconds(1)) == .arm)
    }

    /// Told while the answer was on its way, nobody knows whether the arm is on.
    @Test func aSignWhileArmingCounts() {
        var queues = ArmedQueues()
        let signs = queues.signs(of: ["a", "b"])
        queues.tell("b")
        queues.arm(["a", "b"], signs: signs, at: start)
        #expect(queues.step(for: ["a", "b"], at: start) == .arm)
        #expect(queues.signs(of: ["a", "b"]) > signs)
        #expect(queues.signs(of: ["a"]) == signs)
    }

    @Test func afterALostConnectionNothingIsArmed() {
        var queues = ArmedQueues()
        queues.arm(["a"], signs: 0, at: start)
        let signs = queues.signs(of: ["a"])
        queues.reset()
        #expect(queues.step(for: ["a"], at: start + .seconds(1)) == .arm)
        #expect(queues.signs(of: ["a"]) > signs)
    }
}

import Testing

@testable import RabbitMQClient

struct TimingTests {
    private let start = ContinuousClock.now

    @Test
    func showsLifeTwiceAnIntervalAndGivesUpAfterTwo() {
        var monitor = HeartbeatMonitor(interval: .seconds(10), now: self.start)
        #expect(monitor.period < .seconds(5))
        #expect(monitor.action(at: self.start + .seconds(4)) == .none)
        #expect(monitor.action(at: self.start + .seconds(5)) == .send)
        monitor.didWrite(at: self.start + .seconds(5))
        #expect(monitor.action(at: self.start + .seconds(9)) == .none)
        #expect(monitor.action(at: self.start + .seconds(20)) == .peerIsLost)
        // What this side writes says nothing about the other.
        monitor.didWrite(at: self.start + .seconds(20))
        #expect(monitor.action(at: self.start + .seconds(20)) == .peerIsLost)
        monitor.didRead(at: self.start + .seconds(20))
        #expect(monitor.action(at: self.start + .seconds(21)) == .none)
    }

    @Test
    func leavesAConnectionWithoutHeartbeatsAlone() {
        let monitor = HeartbeatMonitor(interval: .zero, now: self.start)
        #expect(monitor.action(at: self.start + .seconds(1_000_000)) == .none)
    }

    @Test
    func waitsLongerAfterEachFailureWithinLimits() {
        let backoff = RabbitMQBackoff(initial: .milliseconds(100), maximum: .seconds(2))
        for (failures, longest) in [(1, 100), (2, 200), (3, 400), (5, 1600), (6, 2000), (1_000_000, 2000)] {
            #expect(backoff.delay(afterFailures: failures, jitter: 0) == .milliseconds(longest) / 2)
            #expect(backoff.delay(afterFailures: failures, jitter: 1) == .milliseconds(longest))
        }
    }
}

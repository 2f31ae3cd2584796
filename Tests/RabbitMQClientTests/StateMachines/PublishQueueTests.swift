import Testing

@testable import RabbitMQClient

struct PublishQueueTests {
    private let start = ContinuousClock.now
    private let reason = RabbitMQError(code: .connectFailed, message: "down")

    @Test
    func givesMessagesUpOnceTheirPatienceIsOver() {
        var queue = PublishQueue<Int>(maximumInFlight: 2, patience: .seconds(5))
        queue.add([1, 2], at: self.start)
        queue.add([3], at: self.start + .seconds(3))
        #expect(queue.next() == nil)
        #expect(queue.expire(at: self.start + .seconds(4), reason: self.reason).isEmpty)
        #expect(queue.nextExpiry == self.start + .seconds(5))
        let expired = queue.expire(at: self.start + .seconds(5), reason: self.reason)
        #expect(expired.map(\.ticket) == [1, 2])
        #expect(expired.allSatisfy { $0.outcome.kind == .notConnected })
        queue.setLink(.blocked)
        #expect(queue.expire(at: self.start + .seconds(8), reason: self.reason).map(\.outcome.kind) == [.blocked])
    }

    @Test
    func eachMessageMayHaveAPatienceOfItsOwn() {
        var queue = PublishQueue<Int>(maximumInFlight: 2, patience: .zero)
        queue.add([1], patience: .seconds(5), at: self.start)
        queue.add([2], at: self.start + .seconds(1))
        queue.add([3], patience: .seconds(2), at: self.start + .seconds(1))
        #expect(queue.nextExpiry == self.start + .seconds(1))
        #expect(queue.expire(at: self.start + .seconds(1), reason: self.reason).map(\.ticket) == [2])
        #expect(queue.expire(at: self.start + .seconds(2), reason: self.reason).isEmpty)
        #expect(queue.nextExpiry == self.start + .seconds(3))
        #expect(queue.expire(at: self.start + .seconds(3), reason: self.reason).map(\.ticket) == [3])
        queue.setLink(.open)
        #expect(queue.next() == 1)
    }

    @Test
    func sendsInOrderAndNoMoreThanMayBeInFlight() throws {
        var queue = PublishQueue<Int>(maximumInFlight: 2, patience: .zero)
        queue.setLink(.open)
        queue.add([1, 2, 3], at: self.start)
        for expected in [1, 2] {
            let ticket = queue.next()
            #expect(ticket == expected)
            queue.didSend(expected, at: self.start)
        }
        #expect(queue.next() == nil)
        // What waits for room on an open link does not run out of patience.
        #expect(queue.expire(at: self.start + .seconds(9), reason: self.reason).isEmpty)
        let settled = try queue.settle(ConfirmMethod(tag: 2, isMultiple: false, isPositive: true))
        #expect(settled.map(\.ticket) == [2])
        #expect(queue.next() == 3)
    }

    @Test
    func tellsWhatWasSentFromWhatWasNot() {
        var queue = PublishQueue<Int>(maximumInFlight: 2, patience: .zero)
        queue.setLink(.open)
        queue.add([1, 2, 3], at: self.start)
        while let ticket = queue.next() { queue.didSend(ticket, at: self.start) }
        let lost = queue.loseChannel(self.reason)
        #expect(lost.map(\.ticket) == [1, 2])
        #expect(lost.allSatisfy { $0.outcome.kind == .unanswered })
        let waiting = queue.expire(at: self.start, reason: self.reason)
        #expect(waiting.map(\.ticket) == [3])
        #expect(waiting.allSatisfy { $0.outcome.kind == .notConnected })
        #expect(queue.isEmpty)
    }

    @Test
    func holdsBackWhileTheBrokerIsBlocked() {
        var queue = PublishQueue<Int>(maximumInFlight: 2, patience: .seconds(1))
        queue.setLink(.open)
        queue.setLink(.blocked)
        queue.add([1], at: self.start)
        #expect(queue.next() == nil)
        queue.setLink(.open)
        #expect(queue.next() == 1)
    }
}

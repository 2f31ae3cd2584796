import Testing

@testable import RabbitMQClient

struct ConsumerEventBufferTests {
    private let error = RabbitMQError.closedHere

    private func delivery(_ tag: UInt64, session: UInt64 = 1) -> RabbitMQDelivery {
        RabbitMQDelivery(
            queue: "q",
            message: RabbitMQMessage(exchange: "", routingKey: "q"),
            isRedelivered: false,
            deliveryTag: tag,
            session: session,
            bodySize: 0
        )
    }

    private func read(_ buffer: inout ConsumerEventBuffer) -> [String] {
        var events: [String] = []
        while let event = buffer.next() {
            switch event {
            case .connected(let connection): events.append("connected \(connection)")
            case .deliveries(let deliveries): events.append("deliveries \(deliveries.map(\.deliveryTag))")
            case .cancelled(let queue, _): events.append("cancelled \(queue)")
            case .caughtUp(let queues, let label): events.append("caught up \(queues) \(label)")
            case .disconnected: events.append("disconnected")
            }
        }
        return events
    }

    @Test
    func putsWaitingDeliveriesTogether() {
        var buffer = ConsumerEventBuffer()
        buffer.connect(1)
        buffer.append([self.delivery(1)])
        buffer.append([self.delivery(2), self.delivery(3)])
        #expect(self.read(&buffer) == ["connected 1", "deliveries [1, 2, 3]"])
    }

    @Test
    func forgetsWhatALostConnectionHasMadeVoid() {
        var buffer = ConsumerEventBuffer()
        buffer.connect(1)
        #expect(self.read(&buffer) == ["connected 1"])
        buffer.append([self.delivery(1)])
        buffer.disconnect(self.error)
        buffer.connect(2)
        buffer.append([self.delivery(1, session: 2)])
        #expect(self.read(&buffer) == ["disconnected", "connected 2", "deliveries [1]"])
    }

    @Test
    func staysSmallWhileNobodyReads() {
        var buffer = ConsumerEventBuffer()
        for connection in 1...1000 {
            buffer.connect(UInt64(connection))
            for _ in 0..<10 { buffer.cancel(queue: "q", self.error) }
            buffer.disconnect(self.error)
            buffer.disconnect(self.error)
        }
        #expect(self.read(&buffer) == ["disconnected"])
        buffer.disconnect(self.error)
        #expect(self.read(&buffer).isEmpty)
    }

    @Test
    func takesOutTheDeliveriesOfAChannelThatHasEnded() {
        var buffer = ConsumerEventBuffer()
        buffer.connect(1)
        buffer.append([self.delivery(1, session: 1), self.delivery(1, session: 2), self.delivery(2, session: 1)])
        buffer.cancel(queue: "q", self.error)
        buffer.append([self.delivery(3, session: 1)])
        buffer.removeDeliveries(of: 1, queue: "q")
        #expect(self.read(&buffer) == ["connected 1", "deliveries [1]", "cancelled q"])
    }

    @Test
    func aQueueWhoseChannelHasEndedHasNotCaughtUp() {
        var buffer = ConsumerEventBuffer()
        buffer.connect(1)
        buffer.append([self.delivery(1, session: 1)])
        buffer.catchUp(["q", "r"], label: "first")
        buffer.catchUp(["r"], label: "second")
        buffer.append([self.delivery(1, session: 2)])
        buffer.removeDeliveries(of: 1, queue: "q")
        #expect(self.read(&buffer) == ["connected 1", "caught up [\"r\"] second", "deliveries [1]"])
        buffer.catchUp(["q"], label: "third")
        buffer.disconnect(self.error)
        #expect(self.read(&buffer) == ["disconnected"])
    }

    @Test
    func holdsWhatComesBeforeTheConnectionIsReady() {
        var buffer = ConsumerEventBuffer()
        buffer.append([self.delivery(1)])
        buffer.cancel(queue: "q", self.error)
        #expect(self.read(&buffer).isEmpty)
        buffer.connect(1)
        #expect(self.read(&buffer) == ["connected 1", "deliveries [1]", "cancelled q"])
        buffer.append([self.delivery(2)])
        buffer.disconnect(self.error)
        buffer.append([self.delivery(1, session: 2)])
        buffer.connect(2)
        #expect(self.read(&buffer) == ["disconnected", "connected 2", "deliveries [1]"])
    }
}

import BrokerProxy
import Locking
import RabbitMQClient
import Testing

/// A queue that is not consumed for the time being, on a connection that is cut and made again.
@Suite(.timeLimit(.minutes(15)))
struct PausingTests {
    @Test
    func asksForAPausedQueueOnEachConnectionAndCatchesUpWithIt() async throws {
        let name = Broker.name("rests")
        try await withQueues([RabbitMQQueue(name)]) { connection in
            try await withProxy { proxy, configuration in
                let asked = Locked(0)
                let consumer = RabbitMQConsumer(
                    configuration,
                    subscriptions: [
                        RabbitMQSubscription(
                            RabbitMQQueue(name),
                            prefetch: 10,
                            willConsume: {
                                asked.withLock { $0 += 1 }
                                return true
                            }
                        )
                    ],
                    logger: Broker.logger
                )
                try await withConsumer(consumer) { consumer, reader in
                    try await eventually("it consumes") { await consumer.session(consuming: name) != nil }
                    #expect(asked.withLock { $0 } == 1)
                    await consumer.stopConsuming(queue: name)
                    #expect(await consumer.session(consuming: name) == nil)
                    #expect(await consumer.catchUp([name], label: "on its channel"))
                    proxy.cut()
                    try await eventually("it asks on the next connection") { asked.withLock { $0 } == 2 }
                    try await eventually("it has nothing to catch up with") {
                        await consumer.catchUp([name], label: "without a channel")
                    }
                    #expect(asked.withLock { $0 } == 2)
                    try await publish(name)
                    try await eventually("it waits") { try await connection.depth(name) == 1 }
                    await consumer.resumeConsuming(queue: name)
                    #expect(try await reader.deliveries(1)[0].queue == name)
                    #expect(asked.withLock { $0 } == 3)
                }
            }
        }
    }

    private func publish(_ queue: String) async throws {
        try await withPublisher { publisher in
            let message = RabbitMQMessage(exchange: "", routingKey: queue)
            try await eventually("it is published") { await publisher.publish([message])[0].isConfirmed }
        }
    }
}

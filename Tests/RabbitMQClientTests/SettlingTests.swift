import RabbitMQClient
import Testing

/// What becomes of deliveries that are settled, and of those that are not.
@Suite(.timeLimit(.minutes(15)))
struct SettlingTests {
    @Test
    func deliversNoMoreThanThePrefetchUntilSomeAreSettled() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("prefetch"))
        try await withQueues([queue]) { connection in
            try await withPublisher { publisher in
                let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
                _ = await publisher.publish(Array(repeating: message, count: 50))
            }
            let consumer = try Broker.consumer([RabbitMQSubscription(queue, prefetch: 7)])
            try await withConsumer(consumer) { consumer, reader in
                let first = try await reader.deliveries(7)
                #expect(await reader.strays(within: .milliseconds(300)).isEmpty)
                #expect(await consumer.unsettledCount == 7)
                // Out of order and in pieces.
                consumer.acknowledge([first[5], first[1]])
                consumer.acknowledge([first[0], first[2], first[3]])
                let second = try await reader.deliveries(5)
                #expect(await reader.strays(within: .milliseconds(300)).isEmpty)
                consumer.acknowledge([first[4], first[6]] + second)
                let rest = try await reader.deliveries(38) { delivery in
                    consumer.acknowledge([delivery])
                }
                #expect(rest.count == 38)
                #expect(await consumer.unsettledCount == 0)
                #expect(await consumer.voidSettlementCount == 0)
            }
            let depth = try await connection.depth(queue.name)
            #expect(depth == 0)
        }
    }

    @Test
    func givesRejectedMessagesBackOrDropsThem() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("reject"))
        try await withQueues([queue]) { connection in
            let consumer = try Broker.consumer([RabbitMQSubscription(queue, prefetch: 10)])
            try await withConsumer(consumer) { consumer, reader in
                try await withPublisher { publisher in
                    _ = await publisher.publish(
                        (0..<4).map { RabbitMQMessage(exchange: "", routingKey: queue.name, body: [UInt8($0)]) }
                    )
                }
                let first = try await reader.deliveries(4)
                consumer.reject([first[1], first[2]], requeue: true)
                let again = try await reader.deliveries(2)
                #expect(Set(again.map(\.message.body)) == [[1], [2]])
                #expect(again.allSatisfy { $0.isRedelivered })
                consumer.reject([first[0], first[3]] + again, requeue: false)
                #expect(await consumer.unsettledCount == 0)
            }
            try await eventually("the queue is empty") { try await connection.depth(queue.name) == 0 }
        }
    }

    @Test
    func ignoresSecondSettlements() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("twice"))
        try await withQueues([queue]) { _ in
            let consumer = try Broker.consumer([RabbitMQSubscription(queue, prefetch: 10)])
            try await withConsumer(consumer) { consumer, reader in
                try await withPublisher { publisher in
                    let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
                    _ = await publisher.publish([message, message])
                    let deliveries = try await reader.deliveries(2)
                    consumer.acknowledge(deliveries)
                    consumer.acknowledge(deliveries)
                    consumer.reject([deliveries[0]], requeue: true)
                    #expect(await consumer.voidSettlementCount == 3)
                    // The broker would have closed the channel for an unknown tag.
                    _ = await publisher.publish([message])
                    let next = try await reader.deliveries(1)
                    #expect(next[0].session == deliveries[0].session)
                }
            }
        }
    }

    @Test
    func stopsDeliveriesAndStillSettlesWhatHasArrived() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("stop"))
        try await withQueues([queue]) { connection in
            let consumer = try Broker.consumer([RabbitMQSubscription(queue, prefetch: 3)])
            try await withConsumer(consumer) { consumer, reader in
                let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
                try await withPublisher { publisher in
                    _ = await publisher.publish(Array(repeating: message, count: 10))
                }
                let deliveries = try await reader.deliveries(3)
                await consumer.stopConsuming()
                consumer.acknowledge(deliveries)
                #expect(await reader.strays(within: .milliseconds(300)).isEmpty)
                try await eventually("three are gone, the rest waits") {
                    try await connection.depth(queue.name) == 7
                }
                await consumer.resumeConsuming()
                #expect(try await reader.deliveries(3).count == 3)
            }
        }
    }
}

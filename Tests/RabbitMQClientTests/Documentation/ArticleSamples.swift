import Foundation
import Logging
import RabbitMQClient
import ServiceLifecycle
import UnixSignals

// The samples of the article on this module, which are the same to the letter.

func publishOrders(_ orders: [[UInt8]], to publisher: RabbitMQPublisher) async -> [RabbitMQPublishOutcome] {
    let messages = orders.map { order in
        RabbitMQMessage(
            exchange: "orders",
            routingKey: "new",
            properties: RabbitMQProperties(messageID: UUID().uuidString, contentType: "application/json"),
            body: order
        )
    }
    return await publisher.publish(messages)
}

func handleOrders(
    of consumer: RabbitMQConsumer,
    _ handle: (RabbitMQDelivery) async throws -> Void
) async {
    for await event in consumer.events {
        switch event {
        case .connected: print("waiting for orders")
        case .deliveries(let deliveries):
            for delivery in deliveries {
                do {
                    try await handle(delivery)
                    consumer.acknowledge([delivery])
                } catch {
                    consumer.reject([delivery], requeue: false)
                }
            }
        case .cancelled(let queue, let error): print("\(queue) is not consumed: \(error)")
        case .caughtUp: break
        case .disconnected(let error): print("what was not acknowledged comes again: \(error)")
        }
    }
}

func run(url: String, logger: Logger) async throws {
    let configuration = try RabbitMQConfiguration(url: url)
    let queue = RabbitMQQueue.quorum("orders.new")
    let topology = RabbitMQTopology(
        exchanges: [RabbitMQExchange("orders", kind: .direct)],
        queues: [queue],
        bindings: [RabbitMQBinding(queue: queue.name, exchange: "orders", routingKey: "new")]
    )
    let publisher = RabbitMQPublisher(configuration, topology: topology, patience: .seconds(5), logger: logger)
    let consumer = RabbitMQConsumer(
        configuration,
        topology: topology,
        subscriptions: [RabbitMQSubscription(queue, prefetch: 100)],
        logger: logger
    )
    let services = ServiceGroup(
        services: [publisher, consumer],
        gracefulShutdownSignals: [.sigterm],
        logger: logger
    )
    try await services.run()
}

import BrokerProxy
import RabbitMQClient
import Testing
import Locking

/// Against a broker of its own, which nobody else misses while it is down.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct BrokerRestartTests {
    /// Publishes until every message is confirmed.
    private func publishUntilConfirmed(
        _ ids: Range<Int>,
        toQueue queue: String,
        by publisher: RabbitMQPublisher
    ) async throws {
        var missing = Array(ids)
        while !missing.isEmpty {
            let outcomes = await publisher.publish(
                missing.map {
                    RabbitMQMessage(exchange: "", routingKey: queue, properties: .init(messageID: "\($0)"))
                }
            )
            missing = zip(missing, outcomes).filter { !$1.isConfirmed }.map(\.0)
            if !missing.isEmpty { try await Task.sleep(for: .milliseconds(50)) }
        }
    }

    @Test
    func losesNothingOverAlarmsKillsAndRestarts() async throws {
        try await PrivateBroker.with { broker, configuration in
            var configuration = configuration
            // So that a broker which is paused passes for lost.
            configuration.heartbeat = .seconds(1)
            let queue = RabbitMQQueue.quorum("jobs")
            let publisher = RabbitMQPublisher(
                configuration,
                topology: RabbitMQTopology(queues: [queue]),
                logger: Broker.logger
            )
            let consumer = RabbitMQConsumer(
                configuration,
                subscriptions: [RabbitMQSubscription(queue, prefetch: 50)],
                logger: Broker.logger
            )
            let received = Locked<Set<String>>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await publisher.run() }
                group.addTask { try await consumer.run() }
                group.addTask {
                    for await case .deliveries(let deliveries) in consumer.events {
                        received.withLock { $0.formUnion(deliveries.compactMap(\.message.properties.messageID)) }
                        consumer.acknowledge(deliveries)
                    }
                }
                func publish(_ ids: Range<Int>) async throws {
                    try await self.publishUntilConfirmed(ids, toQueue: queue.name, by: publisher)
                }
                try await eventually("the publisher connects") { publisher.isConnected }
                try await publish(0..<1000)

                // The broker takes no more messages, and says so once it is sent one; acknowledgements still pass.
                try await broker.run("rabbitmqctl", "set_vm_memory_high_watermark", "0.00001")
                let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
                try await eventually("the publisher is told") {
                    await publisher.publish([message])[0].kind == .blocked
                }
                async let whileBlocked: Void = publish(1000..<2000)
                try await broker.run("rabbitmqctl", "set_vm_memory_high_watermark", "0.4")
                try await whileBlocked

                async let whileKilled: Void = publish(2000..<3000)
                try await broker.run("kill", "rabbitmq")
                try await eventually("the publisher notices") { !publisher.isConnected }
                try await broker.run("start", "rabbitmq")
                try await whileKilled

                async let whilePaused: Void = publish(3000..<4000)
                try await broker.run("pause", "rabbitmq")
                try await Task.sleep(for: .seconds(3))
                try await broker.run("resume", "rabbitmq")
                try await whilePaused

                async let whileStopped: Void = publish(4000..<5000)
                try await broker.run("stop", "rabbitmq")
                try await broker.run("start", "rabbitmq")
                try await whileStopped

                try await eventually("all have arrived") {
                    received.withLock { $0.count } == 5000
                }
                group.cancelAll()
            }
        }
    }

    @Test
    func staysFreeWhileABrokerIsShortOfMemory() async throws {
        try await PrivateBroker.with { broker, configuration in
            let queue = RabbitMQQueue.classic("jobs")
            let publisher = RabbitMQPublisher(
                configuration,
                topology: RabbitMQTopology(queues: [queue, .classic("probe")]),
                patience: .milliseconds(200),
                logger: Broker.logger
            )
            let consumer = RabbitMQConsumer(
                configuration,
                subscriptions: [RabbitMQSubscription(queue, prefetch: 50)],
                logger: Broker.logger
            )
            let message = RabbitMQMessage(exchange: "", routingKey: "probe")
            try await withConsumer(consumer) { consumer, reader in
                try await withPublisher(publisher) { publisher in
                    let jobs = (0..<50).map { _ in RabbitMQMessage(exchange: "", routingKey: queue.name) }
                    _ = await publisher.publish(jobs)
                    let held = try await reader.deliveries(50)

                    try await broker.run("rabbitmqctl", "set_vm_memory_high_watermark", "0.00001")
                    // Only who publishes is told, and not before the broker has looked at its memory.
                    var outcome = await publisher.publish([message])[0]
                    try await eventually("the publisher is told") {
                        outcome = await publisher.publish([message])[0]
                        return outcome.kind == .blocked
                    }
                    #expect(outcome.error?.code == .blocked)
                    #expect(outcome.error?.message.contains("memory") == true)
                    // A declaration is noted for later rather than sent to a broker that reads nothing.
                    try await publisher.declare(RabbitMQTopology(queues: [.classic("later")]))

                    // The consumer's connection is not held up: what it acknowledges is not delivered again.
                    consumer.acknowledge(held)
                    await consumer.close()
                    try await withConnection(configuration) { connection in
                        try await eventually("the broker has taken the acknowledgements") {
                            let state = try await connection.state(ofQueue: queue.name)
                            return state?.consumerCount == 0 && state?.messageCount == 0
                        }
                    }

                    try await broker.run("rabbitmqctl", "set_vm_memory_high_watermark", "0.4")
                    try await eventually("the publisher is told") { publisher.isConnected }
                    #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
                }
            }
        }
    }
}

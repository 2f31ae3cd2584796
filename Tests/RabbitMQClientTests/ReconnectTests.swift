import BrokerProxy
import Locking
import RabbitMQClient
import Testing

@Suite(.timeLimit(.minutes(15)))
struct ReconnectTests {
    private func isConnected(_ event: RabbitMQConsumerEvent) -> UInt64? {
        if case .connected(let connection) = event { connection } else { nil }
    }

    private func isDisconnected(_ event: RabbitMQConsumerEvent) -> RabbitMQError? {
        if case .disconnected(let error) = event { error } else { nil }
    }

    @Test
    func restoresTopologyAndConsumersAndVoidsOldTags() async throws {
        let name = Broker.name("restore")
        try await withConnection { connection in
            try await withProxy { proxy, configuration in
                // The exchange goes with its binding, which goes with the exclusive queue, which goes with the
                // connection: all of it has to be made again.
                let exchange = RabbitMQExchange(name, kind: .direct, isAutoDeleted: true)
                let queue = RabbitMQQueue(name, isDurable: false, isAutoDeleted: true)
                let consumer = RabbitMQConsumer(
                    configuration,
                    topology: RabbitMQTopology(exchanges: [exchange]),
                    subscriptions: [
                        RabbitMQSubscription(
                            queue,
                            bindings: [RabbitMQBinding(queue: name, exchange: name, routingKey: "k")],
                            prefetch: 10
                        )
                    ],
                    logger: Broker.logger
                )
                try await withConsumer(consumer) { consumer, reader in
                    let message = RabbitMQMessage(exchange: name, routingKey: "k")
                    func publish() async throws {
                        try await withPublisher { publisher in
                            try await eventually("the exchange is there") {
                                await publisher.publish([message])[0].isConfirmed
                            }
                        }
                    }
                    let first = try await reader.event("connected", where: self.isConnected)
                    try await publish()
                    let old = try await reader.deliveries(1)

                    proxy.cut()
                    _ = try await reader.event("disconnected", where: self.isDisconnected)
                    let second = try await reader.event("connected again", where: self.isConnected)
                    #expect(second > first)
                    try await publish()
                    let new = try await reader.deliveries(1)
                    #expect(new[0].session != old[0].session)
                    #expect(new[0].deliveryTag == old[0].deliveryTag)

                    // With the same tag on the new channel, this would settle the wrong delivery.
                    consumer.acknowledge(old)
                    #expect(await consumer.voidSettlementCount == 1)
                    #expect(await consumer.unsettledCount == 1)
                    consumer.acknowledge(new)
                    try await publish()
                    let last = try await reader.deliveries(1)
                    #expect(last[0].session == new[0].session)
                }
            }
        }
    }

    @Test
    func deliversAgainWhatWasUnsettledWhenTheLinkBroke() async throws {
        let queue = RabbitMQQueue.quorum(Broker.name("again"))
        try await withQueues([queue]) { _ in
            try await withProxy { proxy, configuration in
                let consumer = RabbitMQConsumer(
                    configuration,
                    subscriptions: [RabbitMQSubscription(queue, prefetch: 100)],
                    logger: Broker.logger
                )
                try await withConsumer(consumer) { consumer, reader in
                    try await withPublisher { publisher in
                        _ = await publisher.publish(
                            (0..<20).map { RabbitMQMessage(exchange: "", routingKey: queue.name, body: [UInt8($0)]) }
                        )
                    }
                    _ = try await reader.deliveries(20)
                    proxy.cut()
                    let again = try await reader.deliveries(20)
                    #expect(again.allSatisfy { $0.isRedelivered })
                    #expect(Set(again.map(\.message.body)).count == 20)
                    consumer.acknowledge(again)
                }
            }
        }
    }

    @Test
    func publishesExactlyWhatItSaysWhileTheLinkBreaks() async throws {
        let queue = Broker.name("break")
        try await withQueues([.classic(queue)]) { connection in
            try await withProxy { proxy, configuration in
                let publisher = RabbitMQPublisher(configuration, patience: .seconds(300), logger: Broker.logger)
                let ended = Locked(0)
                let outcomes = try await withPublisher(publisher) { publisher in
                    try await withThrowingTaskGroup(of: [RabbitMQPublishOutcome].self) { group in
                        // Hardly anything gets through before the first cut, however late that comes.
                        proxy.setStalled(true)
                        for _ in 0..<10 {
                            group.addTask {
                                let message = RabbitMQMessage(
                                    exchange: "",
                                    routingKey: queue,
                                    body: Array(repeating: 7, count: 20_000)
                                )
                                defer { ended.withLock { $0 += 1 } }
                                return await publisher.publish(Array(repeating: message, count: 200))
                            }
                        }
                        try await eventually("messages are on the wire") { await publisher.highestInFlight > 0 }
                        proxy.cut()
                        proxy.setStalled(false)
                        for _ in 0..<4 {
                            let before = try await connection.depth(queue) ?? 0
                            try await eventually("messages get through, or all have an end") {
                                if ended.withLock({ $0 }) == 10 { return true }
                                return try await connection.depth(queue) ?? 0 > before
                            }
                            proxy.cut()
                        }
                        return try await group.reduce(into: []) { $0 += $1 }
                    }
                }
                let confirmed = outcomes.filter { $0.isConfirmed }.count
                let unanswered = outcomes.filter { $0.kind == .unanswered }.count
                #expect(outcomes.count == 2000)
                #expect(confirmed + unanswered == 2000)
                #expect(proxy.accepted > 1)
                // Confirmed means there; unanswered may be there or not; nothing else can be.
                try await eventually("the queue has settled") {
                    let depth = try await connection.depth(queue) ?? 0
                    return (confirmed...2000).contains(Int(depth))
                }
            }
        }
    }

    @Test
    func keepsAnIdleConnectionAlive() async throws {
        try await withProxy { proxy, configuration in
            var configuration = configuration
            // Long enough that a thread which stands still for some seconds is not taken for a peer that is gone.
            configuration.heartbeat = .seconds(8)
            let publisher = RabbitMQPublisher(configuration, logger: Broker.logger)
            try await withPublisher(publisher) { publisher in
                // The broker hangs up after two to three heartbeats of silence.
                try await Task.sleep(for: .seconds(30))
                #expect(publisher.isConnected)
                // The library would look for a heartbeat first, and wait for it without end.
                let message = RabbitMQMessage(exchange: "amq.fanout", routingKey: "surely.not.there")
                #expect(await publisher.publish([message]).map(\.kind) == [.returned])
                #expect(proxy.accepted == 1)
            }
        }
    }

    @Test
    func noticesAPeerThatFallsSilent() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("silent"))
        try await withQueues([queue]) { _ in
            try await withProxy { proxy, configuration in
                var configuration = configuration
                configuration.heartbeat = .seconds(4)
                let consumer = RabbitMQConsumer(
                    configuration,
                    subscriptions: [RabbitMQSubscription(queue, prefetch: 1)],
                    logger: Broker.logger
                )
                let publisher = RabbitMQPublisher(configuration, logger: Broker.logger)
                try await withConsumer(consumer) { _, reader in
                    try await withPublisher(publisher) { publisher in
                        _ = try await reader.event("connected", where: self.isConnected)
                        proxy.setSilent(true)
                        let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
                        #expect(await publisher.publish([message]).map(\.kind) == [.unanswered])
                        let error = try await reader.event("disconnected", where: self.isDisconnected)
                        #expect(error.code == .connectionLost)
                        proxy.setSilent(false)
                        proxy.cut()
                        _ = try await reader.event("connected again", where: self.isConnected)
                        try await eventually("the publisher is back") { publisher.isConnected }
                        #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
                        #expect(try await reader.deliveries(1).count == 1)
                    }
                }
            }
        }
    }

    @Test
    func waitsOutABrokerThatCannotBeReached() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("down"))
        try await withQueues([queue]) { _ in
            try await withProxy { proxy, configuration in
                proxy.setAccepting(false)
                let consumer = RabbitMQConsumer(
                    configuration,
                    subscriptions: [RabbitMQSubscription(queue, prefetch: 1)],
                    logger: Broker.logger
                )
                try await withConsumer(consumer) { _, reader in
                    _ = try await reader.event("disconnected", where: self.isDisconnected)
                    try await eventually("it has tried several times") { proxy.accepted >= 3 }
                    proxy.setAccepting(true)
                    _ = try await reader.event("connected", where: self.isConnected)
                    // Told once, however often it failed.
                    #expect(await reader.strays(within: .milliseconds(200)).isEmpty)
                }
            }
        }
    }

    @Test
    func givesUpAMessageThatTheBrokerDoesNotConfirmInTime() async throws {
        let queue = Broker.name("late")
        try await withQueues([.classic(queue)]) { _ in
            try await withProxy { proxy, configuration in
                var configuration = configuration
                configuration.heartbeat = .zero
                configuration.responseTimeout = .seconds(5)
                let publisher = RabbitMQPublisher(configuration, logger: Broker.logger)
                try await withPublisher(publisher) { publisher in
                    proxy.setSilent(true)
                    let outcomes = await publisher.publish([RabbitMQMessage(exchange: "", routingKey: queue)])
                    #expect(outcomes.map(\.kind) == [.unanswered])
                    #expect(outcomes[0].error?.code == .timeout)
                }
            }
        }
    }
}

import BrokerProxy
import RabbitMQClient
import Testing

/// With several brokers, which here are several ways to one.
@Suite(.timeLimit(.minutes(15)))
struct FailoverTests {
    /// Runs with two proxies before the broker, and a configuration that names both.
    private func withTwoBrokers(
        _ body: ([Proxy], RabbitMQConfiguration) async throws -> Void
    ) async throws {
        try await withProxy { first, configuration in
            try await withProxy { second, other in
                var both = configuration
                both.endpoints += other.endpoints
                try await body([first, second], both)
            }
        }
    }

    @Test
    func turnsToTheOtherBrokerAndBack() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("failover"))
        try await withQueues([queue]) { _ in
            try await self.withTwoBrokers { proxies, configuration in
                let publisher = RabbitMQPublisher(configuration, patience: .seconds(300), logger: Broker.logger)
                let consumer = RabbitMQConsumer(
                    configuration,
                    subscriptions: [RabbitMQSubscription(queue, prefetch: 10)],
                    logger: Broker.logger
                )
                try await withConsumer(consumer) { consumer, reader in
                    try await withPublisher(publisher) { publisher in
                        for round in 0..<4 {
                            // Whoever was here has to go over there.
                            let (down, up) = (proxies[round % 2], proxies[(round + 1) % 2])
                            down.setAccepting(false)
                            up.setAccepting(true)
                            let before = up.accepted
                            down.cut()
                            let message = RabbitMQMessage(exchange: "", routingKey: queue.name, body: [UInt8(round)])
                            try await eventually("it is confirmed") {
                                await publisher.publish([message])[0].isConfirmed
                            }
                            // Before it may come one of an earlier round that was sent twice, for the answer was lost.
                            var body: [UInt8] = []
                            while body != message.body {
                                let delivery = try await reader.deliveries(1)[0]
                                body = delivery.message.body
                                consumer.acknowledge([delivery])
                            }
                            #expect(round == 0 || up.accepted > before)
                        }
                    }
                }
            }
        }
    }

    @Test
    func doesNotWaitBetweenBrokersThatAreDown() async throws {
        try await withProxy { proxy, configuration in
            var configuration = configuration
            // Only a pause after every broker has failed may take as long as this.
            configuration.backoff = RabbitMQBackoff(initial: .seconds(3600), maximum: .seconds(3600))
            configuration.endpoints += (1...8).map { .init(host: "127.0.0.\($0)", port: 9) }
            for _ in 0..<4 {
                let publisher = RabbitMQPublisher(configuration, logger: Broker.logger)
                try await withPublisher(publisher) { #expect($0.isConnected) }
            }
            #expect(proxy.accepted == 4)
        }
    }

    @Test
    func triesEveryAddressOfAHost() async throws {
        // The name has an IPv6 address on most systems; the broker listens on the IPv4 address only.
        try await withProxy { _, configuration in
            var configuration = configuration
            configuration.endpoints[0].host = "localhost"
            try await withConnection(configuration) { connection in
                let depth = try await connection.depth("surely.not.there")
                #expect(depth == nil)
            }
        }
    }

    @Test
    func givesUpInTimeOnABrokerThatDoesNotAnswer() async throws {
        // The system accepts the connection; nobody ever answers.
        let (listener, port) = try Sockets.listen()
        defer { Sockets.close(listener) }
        try await withProxy { _, configuration in
            var configuration = configuration
            configuration.connectTimeout = .milliseconds(300)
            configuration.endpoints = [.init(host: "127.0.0.1", port: port)]
            await #expect { try await RabbitMQConnection(configuration) } throws: { error in
                (error as? RabbitMQError)?.code == .connectFailed
            }
        }
    }
}

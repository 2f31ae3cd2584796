import RabbitMQClient
import Testing

/// Topologies that are only looked for.
@Suite(.timeLimit(.minutes(15)))
struct VerifyingTests {
    @Test
    func whatIsMissingIsNamedAndNotMade() async throws {
        let (there, gone) = (RabbitMQQueue.classic(Broker.name("there")), RabbitMQQueue.classic(Broker.name("gone")))
        try await withQueues([there]) { connection in
            // Attributes are not compared.
            let other = RabbitMQQueue.quorum(there.name)
            try await connection.declare(RabbitMQTopology(queues: [other], mode: .verify()))
            for topology in [
                RabbitMQTopology(queues: [there, gone], mode: .verify(remedy: "Ask somebody.")),
                RabbitMQTopology(
                    exchanges: [RabbitMQExchange(gone.name, kind: .topic)],
                    mode: .verify(remedy: "Ask somebody.")
                ),
            ] {
                let error = await #expect(throws: RabbitMQError.self) { try await connection.declare(topology) }
                #expect(error?.code == .notFound && error?.replyCode == 404)
                let message = error?.message ?? ""
                #expect(message.contains("\(gone.name) is missing. Ask somebody."), "\(message)")
            }
            #expect(try await connection.depth(gone.name) == nil)
        }
    }

    @Test
    func looksForWhatIsMissingDisturbNoOtherChannel() async throws {
        let (there, gone) = (RabbitMQQueue.classic(Broker.name("there")), RabbitMQQueue.classic(Broker.name("gone")))
        try await withQueues([there]) { _ in
            let consumer = try RabbitMQConsumer(
                Broker.configuration(),
                subscriptions: [RabbitMQSubscription(there, prefetch: 1)],
                logger: Broker.logger
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await consumer.run() }
                defer { group.cancelAll() }
                try await eventually("it consumes") { await consumer.session(consuming: there.name) != nil }
                let session = await consumer.session(consuming: there.name)
                try await withThrowingTaskGroup(of: Void.self) { looks in
                    for _ in 0..<8 {
                        looks.addTask {
                            for _ in 0..<10 {
                                let error = await #expect(throws: RabbitMQError.self) {
                                    try await consumer.declareOnce(RabbitMQTopology(queues: [gone], mode: .verify()))
                                }
                                #expect(error?.code == .notFound, "\(error as Any)")
                                let missing = try await consumer.missing(of: [gone.name, there.name])
                                #expect(missing == [gone.name])
                            }
                        }
                    }
                    try await looks.waitForAll()
                }
                #expect(await consumer.session(consuming: there.name) == session)
            }
        }
    }

    @Test
    func aPublisherGoesOnOnceWhatWasMissingIsThere() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("late"))
        let publisher = RabbitMQPublisher(
            try Broker.configuration(),
            topology: RabbitMQTopology(queues: [queue], mode: .verify()),
            logger: Broker.logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            defer { group.cancelAll() }
            let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
            try await eventually("it says what is missing") {
                await publisher.publish([message]).first?.error?.message.contains("\(queue.name) is missing") == true
            }
            #expect(!publisher.isConnected)
            try await withQueues([queue]) { _ in
                try await eventually("it is connected") { publisher.isConnected }
                #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
            }
        }
    }
}

import RabbitMQClient
import Testing

@Suite(.timeLimit(.minutes(15)))
struct ConsumerTests {
    @Test
    func carriesPropertiesHeadersAndBodyThroughTheBroker() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("round"))
        var message = RabbitMQMessage(exchange: "", routingKey: queue.name, body: Array("{\"a\": \"é\"}".utf8))
        message.properties = RabbitMQProperties(
            messageID: "id-1",
            type: "mail.welcome",
            contentType: "application/json"
        )
        message.properties.correlationID = "c"
        message.properties.appID = "a"
        message.properties.replyTo = "r"
        message.properties.priority = 3
        message.properties.timestamp = 1_700_000_000
        message.properties.headers = [
            "x-generation": 7, "text": "naïve", "yes": true, "pi": 3.25, "none": .void, "small": .int8(-1),
            "byte": .uint8(200), "short": .int16(-300), "ushort": .uint16(60000), "int": .int32(-70000),
            "uint": .uint32(4_000_000_000), "float": .float(1.5), "at": .timestamp(1_700_000_000),
            "raw": .bytes([0, 255, 1]), "decimal": .decimal(scale: 2, value: 314),
            "list": .array([1, "two", .array([])]), "map": .table(["k": .table(["deep": true])]),
        ]
        let sent = message
        try await withQueues([queue]) { _ in
            let consumer = try Broker.consumer([RabbitMQSubscription(queue, prefetch: 10)])
            try await withConsumer(consumer) { consumer, reader in
                try await withPublisher { publisher in
                    #expect(await publisher.publish([sent]).map(\.kind) == [.confirmed])
                }
                let delivery = try await reader.deliveries(1)[0]
                #expect(delivery.message == sent)
                #expect(delivery.queue == queue.name)
                #expect(!delivery.isRedelivered)
                consumer.acknowledge([delivery])
            }
        }
    }

    @Test(arguments: [0, 1, 131_064 - 1, 131_064, 131_064 + 1, 2 * 131_064, 128 << 10, 1 << 20])
    func carriesBodiesOfEverySize(_ size: Int) async throws {
        let queue = RabbitMQQueue.classic(Broker.name("size"))
        try await withQueues([queue]) { _ in
            let consumer = try Broker.consumer([RabbitMQSubscription(queue, prefetch: 10)])
            try await withConsumer(consumer) { consumer, reader in
                let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
                try await withPublisher { publisher in
                    let message = RabbitMQMessage(exchange: "", routingKey: queue.name, body: body)
                    let outcomes = await publisher.publish([message, message])
                    #expect(outcomes.allSatisfy { $0.isConfirmed })
                }
                let deliveries = try await reader.deliveries(2)
                #expect(deliveries.allSatisfy { $0.message.body == body && !$0.isBodyOmitted })
                consumer.acknowledge(deliveries)
            }
        }
    }

    @Test
    func leavesOutABodyThatIsTooLargeAndGoesOn() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("large"))
        try await withQueues([queue]) { _ in
            var configuration = try Broker.configuration()
            configuration.maximumBodySize = 1000
            let consumer = RabbitMQConsumer(
                configuration,
                subscriptions: [RabbitMQSubscription(queue, prefetch: 10)],
                logger: Broker.logger
            )
            try await withConsumer(consumer) { consumer, reader in
                try await withPublisher { publisher in
                    _ = await publisher.publish(
                        [300_000, 1000].map { size in
                            RabbitMQMessage(
                                exchange: "",
                                routingKey: queue.name,
                                body: Array(repeating: 1, count: size)
                            )
                        }
                    )
                }
                let deliveries = try await reader.deliveries(2)
                #expect(deliveries.map(\.isBodyOmitted) == [true, false])
                #expect(deliveries[0].bodySize == 300_000)
                #expect(deliveries[0].message.body.isEmpty)
            }
        }
    }

    @Test
    func consumesAgainAfterAQueueIsDeleted() async throws {
        let name = Broker.name("deleted")
        let queue = RabbitMQQueue.classic(name)
        try await withQueues([queue]) { connection in
            let other = RabbitMQQueue.classic("\(name).other")
            let exchange = RabbitMQExchange("\(name).x", kind: .direct, isAutoDeleted: true)
            let consumer = try Broker.consumer(
                [
                    RabbitMQSubscription(
                        queue,
                        bindings: [RabbitMQBinding(queue: name, exchange: exchange.name, routingKey: "key")],
                        prefetch: 5
                    ), RabbitMQSubscription(other, prefetch: 5),
                ],
                topology: RabbitMQTopology(exchanges: [exchange])
            )
            try await withConsumer(consumer) { consumer, reader in
                try await eventually("both queues are consumed") {
                    let states = try await (connection.state(ofQueue: name), connection.state(ofQueue: other.name))
                    return states.0?.consumerCount == 1 && states.1?.consumerCount == 1
                }
                try await connection.deleteQueue(name)
                let cancelled = try await reader.event("cancelled") { event in
                    if case .cancelled(let queue, _) = event { queue } else { nil }
                }
                #expect(cancelled == name)
                // With its binding.
                try await eventually("the queue is consumed again") {
                    try await connection.state(ofQueue: name)?.consumerCount == 1
                }
                try await withPublisher { publisher in
                    let outcomes = await publisher.publish([
                        RabbitMQMessage(exchange: exchange.name, routingKey: "key"),
                        RabbitMQMessage(exchange: "", routingKey: other.name),
                    ])
                    #expect(outcomes.map(\.kind) == [.confirmed, .confirmed])
                }
                let deliveries = try await reader.deliveries(2)
                #expect(Set(deliveries.map(\.queue)) == [name, other.name])
                consumer.acknowledge(deliveries)
            }
            try await connection.deleteQueue(other.name)
        }
    }

    @Test
    func isConnectedOnceItsQueuesAreConsumed() async throws {
        let name = Broker.name("ready")
        // Each takes some round trips; the last one is refused, and holds nothing up.
        let good = (0..<10).map { RabbitMQQueue.classic("\(name).\($0)") }
        let refused = RabbitMQQueue.classic("\(name).refused")
        try await withQueues([.quorum(refused.name)]) { connection in
            let consumer = try Broker.consumer((good + [refused]).map { RabbitMQSubscription($0, prefetch: 1) })
            try await withConsumer(consumer) { _, reader in
                try await reader.connected()
                for queue in good {
                    let state = try await connection.state(ofQueue: queue.name)
                    #expect(state?.consumerCount == 1)
                }
                let (queue, error) = try await reader.event("refused") { event in
                    if case .cancelled(let queue, let error) = event { (queue, error) } else { nil }
                }
                #expect(queue == refused.name)
                #expect(error.code == .preconditionFailed)
                // Once it can be consumed, it is.
                try await connection.deleteQueue(refused.name)
                try await eventually("it is consumed") {
                    try await connection.state(ofQueue: refused.name)?.consumerCount == 1
                }
            }
            for queue in good { try await connection.deleteQueue(queue.name) }
        }
    }

    @Test
    func receivesWhatAFanoutSendsThroughAQueueOfItsOwn() async throws {
        let name = Broker.name("control")
        let exchange = RabbitMQExchange(name, kind: .fanout, isDurable: false, isAutoDeleted: true)
        let topology = RabbitMQTopology(exchanges: [exchange])
        func subscription(_ number: Int) -> RabbitMQSubscription {
            let queue = RabbitMQQueue("\(name).\(number)", isDurable: false, isExclusive: true, isAutoDeleted: true)
            let binding = RabbitMQBinding(queue: queue.name, exchange: name)
            return RabbitMQSubscription(queue, bindings: [binding], prefetch: 10, isExclusive: true)
        }
        let consumers = try [1, 2].map { try Broker.consumer([subscription($0)], topology: topology) }
        try await withConnection { connection in
            try await withConsumer(consumers[0]) { _, first in
                try await withConsumer(consumers[1]) { _, second in
                    for reader in [first, second] { try await reader.connected() }
                    try await withPublisher { publisher in
                        let message = RabbitMQMessage(exchange: name, routingKey: "", body: [42])
                        #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
                    }
                    let messages = try await (first.deliveries(1), second.deliveries(1))
                    #expect(messages.0[0].message.body == [42])
                    #expect(messages.1[0].message.body == [42])
                }
            }
            // It goes with the connection.
            try await eventually("the queues are gone") {
                do throws(RabbitMQError) {
                    return try await connection.state(ofQueue: "\(name).1") == nil
                } catch {
                    // Still exclusive to the consumer's connection, whose end the broker has yet to see.
                    guard error.code == .resourceLocked else { throw error }
                    return false
                }
            }
        }
    }

    @Test
    func survivesADeeplyNestedHeaderTable() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("deep"))
        try await withQueues([queue]) { _ in
            try await publishNestedHeader(levels: 20_000, toQueue: queue.name)
            let consumer = try Broker.consumer([RabbitMQSubscription(queue, prefetch: 1)])
            try await withConsumer(consumer) { consumer, reader in
                let delivery = try await reader.deliveries(1)[0]
                var value = delivery.message.properties.headers["deep"]
                var depth = 0
                while case .table(let table)? = value {
                    depth += 1
                    value = table[""]
                }
                #expect(value == .unreadable)
                #expect(depth < RabbitMQFieldValue.maximumDepth)
                consumer.acknowledge([delivery])
            }
        }
    }
}

import BrokerProxy
import RabbitMQClient
import Testing
import Locking

/// Against a broker that does on demand what a real one does only in trouble.
@Suite(.timeLimit(.minutes(15)))
struct MisbehavingBrokerTests {
    @Test(arguments: [true, false])
    func connectsAgainAfterABrokerThatGoesAsSoonAsItHasAnswered(_ saysSo: Bool) async throws {
        let openings = Locked(0)
        let broker = try FakeBroker { client, _ in
            let count = openings.withLock { count in
                count += 1
                return count
            }
            if count < 20 { client.hangUp(saysSo: saysSo) }
        } onPublish: { client, channel, tag in
            client.confirm(upTo: tag, channel: channel)
        }
        try await withFakeBroker(broker) { broker in
            try await withPublisher(broker.publisher(patience: .seconds(300))) { publisher in
                try await eventually("the broker stays") { openings.withLock { $0 } == 20 }
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.confirmed])
            }
        }
    }

    @Test
    func givesUpARequestThatIsNotAnswered() async throws {
        let broker = try FakeBroker { _, _ in }
        try await withFakeBroker(broker) { broker in
            var configuration = broker.configuration
            configuration.responseTimeout = .seconds(5)
            try await withConnection(configuration) { connection in
                await #expect {
                    try await connection.declare(RabbitMQTopology(queues: [.classic("q")]))
                } throws: { error in
                    (error as? RabbitMQError)?.code == .timeout
                }
            }
        }
    }

    @Test
    func staysFreeWhileAFrameIsHalfThere() async throws {
        let (header, body) = (FakeBroker.contentHeader(bodySize: 4), FakeBroker.frame(3, 1, [1, 2, 3, 4]))
        let delivery = FakeBroker.delivery(tag: 1) + header + body
        let ready = Locked<FakeBroker.Client?>(nil)
        let broker = try FakeBroker { client, _ in
            ready.withLock { $0 = client }
        }
        try await withFakeBroker(broker) { broker in
            let consumer = RabbitMQConsumer(
                broker.configuration,
                subscriptions: [RabbitMQSubscription(.classic("q"), prefetch: 1, declaresQueue: false)],
                logger: Broker.logger
            )
            try await withConsumer(consumer) { consumer, reader in
                try await reader.connected()
                let client = try await noted(ready)
                var start = 0
                // Cut within the first frame's head, between header and body, and within the body.
                for end in [3, delivery.count - body.count, delivery.count - 2] {
                    client.send(Array(delivery[start..<end]))
                    start = end
                    try await Task.sleep(for: .milliseconds(20))
                    // The thread waits for nothing: it answers.
                    #expect(await consumer.unsettledCount == 0)
                }
                client.send(Array(delivery[start...]))
                let delivered = try await reader.deliveries(1)[0]
                #expect(delivered.message.body == [1, 2, 3, 4])
            }
        }
    }

    @Test
    func consumesAgainAfterTheBrokerHasClosedTheChannel() async throws {
        // As it does to a consumer that takes too long over a message.
        let openings = Locked(0)
        let broker = try FakeBroker { client, channel in
            guard
                openings.withLock({ count in
                    count += 1
                    return count == 1
                })
            else { return client.send(FakeBroker.delivery(tag: 1) + FakeBroker.contentHeader(bodySize: 0)) }
            client.send(FakeBroker.delivery(tag: 1) + FakeBroker.contentHeader(bodySize: 0))
            client.closeChannel(channel, 406, "delivery acknowledgement timed out")
        }
        try await withFakeBroker(broker) { broker in
            let consumer = RabbitMQConsumer(
                broker.configuration,
                subscriptions: [RabbitMQSubscription(.classic("q"), prefetch: 1, declaresQueue: false)],
                logger: Broker.logger
            )
            try await withConsumer(consumer) { consumer, reader in
                let error = try await reader.event("cancelled") { event in
                    if case .cancelled("q", let error) = event { error } else { nil }
                }
                #expect(error.code == .preconditionFailed)
                #expect(error.message.contains("timed out"))
                try await eventually("it is delivered again") { await consumer.unsettledCount == 1 }
                #expect(openings.withLock { $0 } == 2)
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test
    func survivesABrokerThatStopsReading() async throws {
        // 64 messages of 1 MiB are more than any socket buffer holds.
        var large = FakeBroker.message
        large.body = Array(repeating: 7, count: 1 << 20)
        let messages = Array(repeating: large, count: 64)
        let broker = try FakeBroker { client, _ in
            client.setReading(false)
        }
        try await withFakeBroker(broker) { broker in
            try await withPublisher(broker.publisher(responseTimeout: .seconds(5))) { publisher in
                async let outcomes = publisher.publish(messages)
                try await eventually("messages are on the wire") { await publisher.highestInFlight > 0 }
                // The thread is not stuck in a send: it answers.
                #expect(await publisher.highestInFlight < 64)
                let kinds = await outcomes.map(\.kind)
                #expect(kinds.contains(.unanswered))
                #expect(Set(kinds).isSubset(of: [.unanswered, .notConnected]))
                try await eventually("it tries again") { broker.connectionCount > 1 }
            }
        }
    }

    @Test
    func sendsOnWhenABrokerReadsAgain() async throws {
        var large = FakeBroker.message
        large.body = Array(repeating: 7, count: 1 << 20)
        let messages = Array(repeating: large, count: 32)
        let ready = Locked<FakeBroker.Client?>(nil)
        let broker = try FakeBroker { client, _ in
            client.setReading(false)
            ready.withLock { $0 = client }
        } onPublish: { client, channel, tag in
            client.confirm(upTo: tag, channel: channel)
        }
        try await withFakeBroker(broker) { broker in
            try await withPublisher(broker.publisher(responseTimeout: .seconds(300))) { publisher in
                async let outcomes = publisher.publish(messages)
                try await eventually("messages are on the wire") { await publisher.highestInFlight > 0 }
                try await noted(ready).setReading(true)
                #expect(await outcomes.allSatisfy { $0.isConfirmed })
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test(arguments: [
        // A confirm of a message that was never published, a body without a header, a method of no class, a frame
        // larger than agreed, a frame without its end, and no AMQP at all.
        FakeBroker.frame(1, 1, [0, 60, 0, 80, 0, 0, 0, 0, 0, 0, 0, 99, 0]),
        FakeBroker.frame(3, 1, [1, 2, 3]),
        FakeBroker.frame(1, 1, [0xFF, 0xFF, 0, 1]),
        [1, 0, 1, 0x7F, 0xFF, 0xFF, 0xFE],
        [3, 0, 1, 0, 0, 0, 1, 65, 66],
        Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8),
    ])
    func connectsAgainAfterNonsense(_ nonsense: [UInt8]) async throws {
        let isFirst = Locked(true)
        let broker = try FakeBroker { _, _ in
        } onPublish: { client, channel, tag in
            let talksNonsense = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            if talksNonsense { client.send(nonsense) } else { client.confirm(upTo: tag, channel: channel) }
        }
        try await withFakeBroker(broker) { broker in
            try await withPublisher(broker.publisher(patience: .seconds(300))) { publisher in
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.unanswered])
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.confirmed])
                #expect(broker.connectionCount == 2)
            }
        }
    }

    @Test
    func endsInTimeAlthoughTheBrokerDoesNotAnswerItsGoodbye() async throws {
        let broker = try FakeBroker { client, _ in
            client.setReading(false)
        }
        try await withFakeBroker(broker) { broker in
            let publisher = broker.publisher(responseTimeout: .seconds(2))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await publisher.run() }
                try await eventually("the publisher connects") { publisher.isConnected }
                await publisher.close()
                try await group.waitForAll()
            }
            #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.notConnected])
        }
    }

    @Test
    func stopsWhileItIsStillConnecting() async throws {
        // The system accepts the connection; nobody ever answers.
        let (listener, port) = try Sockets.listen()
        defer { Sockets.close(listener) }
        var configuration = RabbitMQConfiguration(host: "127.0.0.1", port: port)
        configuration.connectTimeout = .seconds(3600)
        let publisher = RabbitMQPublisher(configuration, logger: Broker.logger)
        let consumer = RabbitMQConsumer(configuration, subscriptions: [], logger: Broker.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            group.addTask { try await consumer.run() }
            try await Task.sleep(for: .milliseconds(100))
            await publisher.close()
            await consumer.close()
            try await group.waitForAll()
        }
    }
}

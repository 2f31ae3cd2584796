import BrokerProxy
import Locking
import RabbitMQClient
import Testing

/// Against a broker that takes no messages for a while.
@Suite(.timeLimit(.minutes(15)))
struct BlockedBrokerTests {
    @Test
    func publishesNothingWhileBlockedAndGoesOnAfterwards() async throws {
        let ready = Locked<FakeBroker.Client?>(nil)
        let broker = try FakeBroker { client, _ in
            ready.withLock { $0 = client }
        } onPublish: { client, channel, tag in
            client.confirm(upTo: tag, channel: channel)
        }
        try await withFakeBroker(broker) { broker in
            try await withPublisher(broker.publisher()) { publisher in
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.confirmed])
                let client = try await noted(ready)
                client.block("low on memory")
                try await eventually("the publisher knows") { !publisher.isConnected }
                let outcomes = await publisher.publish([FakeBroker.message, FakeBroker.message])
                #expect(outcomes.map(\.kind) == [.blocked, .blocked])
                #expect(outcomes[0].error?.code == .blocked)
                #expect(outcomes[0].error?.message.contains("low on memory") == true)
                #expect(client.publishCount == 1)
                client.unblock()
                try await eventually("the publisher knows") { publisher.isConnected }
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.confirmed])
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test
    func doesNotWaitForConfirmsOfABlockedBrokerNorConnectAgain() async throws {
        let ready = Locked<FakeBroker.Client?>(nil)
        let answers = Locked(false)
        let broker = try FakeBroker { client, _ in
            ready.withLock { $0 = client }
        } onPublish: { client, channel, tag in
            if answers.withLock({ $0 }) { client.confirm(upTo: tag, channel: channel) } else { client.block("memory") }
        }
        try await withFakeBroker(broker) { broker in
            try await withPublisher(broker.publisher(responseTimeout: .seconds(10))) { publisher in
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.unanswered])
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.blocked])
                answers.withLock { $0 = true }
                try await noted(ready).unblock()
                try await eventually("the publisher knows") { publisher.isConnected }
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.confirmed])
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test
    func waitsForAnUnblockedBrokerAsLongAsItsPatienceLasts() async throws {
        let ready = Locked<FakeBroker.Client?>(nil)
        let broker = try FakeBroker { client, _ in
            ready.withLock { $0 = client }
        } onPublish: { client, channel, tag in
            client.confirm(upTo: tag, channel: channel)
        }
        try await withFakeBroker(broker) { broker in
            try await withPublisher(broker.publisher(patience: .seconds(300))) { publisher in
                let client = try await noted(ready)
                client.block("disk")
                try await eventually("the publisher knows") { !publisher.isConnected }
                async let outcomes = publisher.publish([FakeBroker.message])
                client.unblock()
                #expect(await outcomes.map(\.kind) == [.confirmed])
            }
        }
    }

    @Test
    func pausesWhenTheBrokerAsksForIt() async throws {
        let ready = Locked<(client: FakeBroker.Client, channel: UInt16)?>(nil)
        let broker = try FakeBroker { client, channel in
            ready.withLock { $0 = (client, channel) }
        } onPublish: { client, channel, tag in
            client.confirm(upTo: tag, channel: channel)
        }
        try await withFakeBroker(broker) { broker in
            try await withPublisher(broker.publisher()) { publisher in
                let (client, channel) = try await noted(ready)
                client.setFlow(false, channel: channel)
                try await eventually("the publisher knows") { !publisher.isConnected }
                let outcomes = await publisher.publish([FakeBroker.message])
                #expect(outcomes.map(\.kind) == [.blocked])
                #expect(outcomes[0].error?.code == .blocked)
                #expect(client.publishCount == 0)
                client.setFlow(true, channel: channel)
                try await eventually("the publisher knows") { publisher.isConnected }
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.confirmed])
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test
    func doesNotHoldTheTimeOfTheAlarmAgainstTheBroker() async throws {
        // More than any socket buffer holds.
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
            try await withPublisher(broker.publisher(responseTimeout: .seconds(15))) { publisher in
                let client = try await noted(ready)
                async let outcomes = publisher.publish(messages)
                try await eventually("messages are on the wire") { await publisher.highestInFlight > 0 }
                client.block("disk")
                // The messages that were sent are given up; the connection is not.
                let kinds = Set(await outcomes.map(\.kind))
                #expect(kinds == [.unanswered, .blocked])
                client.setReading(true)
                client.unblock()
                try await eventually("the publisher knows") { publisher.isConnected }
                #expect(await publisher.publish([FakeBroker.message]).map(\.kind) == [.confirmed])
                #expect(broker.connectionCount == 1)
            }
        }
    }
}

import Baton
import BatonRabbitMQ
import Foundation
import RabbitMQClient
import Testing

@Suite(.timeLimit(.minutes(15)))
struct RabbitMQTransportTests {
    @Test
    func carriesWakeUpsToAServer() async throws {
        try await withTransport(queues: ["mail", "default"]) { scope in
            let consumer = scope.transport.makeConsumer(queues: ["mail", "default"], prefetch: 10, presence: .random)
            try await withConsumer(consumer) { consumer in
                let messages = [
                    wakeUp("mail"), wakeUp("default", generation: 7, name: "Réports.build"),
                    wakeUp("default", generation: Int(Int32.max)),
                ]
                #expect(await scope.transport.publish(messages) == [.confirmed, .confirmed, .confirmed])
                let deliveries = try await consumer.deliveries(3)
                #expect(Set(deliveries.map(\.message)) == Set(messages))
                #expect(deliveries.allSatisfy { !$0.isRedelivered })
                await consumer.acknowledge(deliveries)
            }
            try await eventually("nothing is left") {
                let depths = try await (scope.depth(scope.queue("mail")), scope.depth(scope.queue("default")))
                return depths == (0, 0)
            }
        }
    }

    @Test
    func storesWakeUpsForQueuesThatNobodyServesYet() async throws {
        try await withTransport(queues: ["later"]) { scope in
            let message = wakeUp("later")
            #expect(await scope.transport.publish([message]) == [.confirmed])
            let consumer = scope.makeTransport().makeConsumer(queues: ["later"], prefetch: 1, presence: .random)
            try await withConsumer(consumer) { consumer in
                let deliveries = try await consumer.deliveries(1)
                #expect(deliveries.map(\.message) == [message])
                await consumer.acknowledge(deliveries)
            }
        }
    }

    @Test
    func makesADeletedQueueAgain() async throws {
        try await withTransport { scope in
            #expect(await scope.transport.publish([wakeUp()]) == [.confirmed])
            try await scope.connection.deleteQueue(scope.queue("default"))
            try await eventually("it is published again") {
                await scope.transport.publish([wakeUp()]) == [.confirmed]
            }
            let depth = try await scope.depth(scope.queue("default"))
            #expect(depth == 1)
        }
    }

    @Test
    func givesWakeUpsBackToTheQueue() async throws {
        try await withTransport { scope in
            let message = wakeUp()
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 1, presence: .random)
            try await withConsumer(consumer) { consumer in
                _ = await scope.transport.publish([message])
                let first = try await consumer.deliveries(1)
                await consumer.giveBack(first)
                let second = try await consumer.deliveries(1)
                #expect(second.map(\.message) == [message])
                #expect(second[0].isRedelivered)
                await consumer.acknowledge(first)
                // The first delivery has been settled; acknowledging it again must not touch the second.
                await consumer.giveBack(second)
                #expect(try await consumer.deliveries(1).count == 1)
            }
        }
    }

    @Test
    func stopsDeliveriesAndSettlesThoseThatHaveArrived() async throws {
        try await withTransport { scope in
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 2, presence: .random)
            try await withConsumer(consumer) { consumer in
                _ = await scope.transport.publish((0..<5).map { wakeUp(generation: $0) })
                let deliveries = try await consumer.deliveries(2)
                await consumer.stopDeliveries()
                await consumer.acknowledge(deliveries)
                try await eventually("the rest waits") { try await scope.depth(scope.queue("default")) == 3 }
            }
            // Nothing is lost with the consumer.
            try await eventually("all are back") { try await scope.depth(scope.queue("default")) == 3 }
        }
    }

    @Test
    func tellsEveryServerAWord() async throws {
        try await withTransport { scope in
            let first = scope.transport.makeConsumer(queues: ["default"], prefetch: 1, presence: .random)
            let second = scope.makeTransport().makeConsumer(queues: ["default"], prefetch: 1, presence: .random)
            try await withConsumer(first) { first in
                try await withConsumer(second) { second in
                    let deleted = ControlMessage.deleted(JobID(UUID()))
                    let scheduled = ControlMessage.scheduled(dueIn: .milliseconds(1500))
                    // Best effort: a server hears what is said once its queue is bound, which nobody announces.
                    let speaking = Task {
                        while !Task.isCancelled {
                            await scope.transport.broadcast(deleted)
                            await scope.transport.broadcast(scheduled)
                            try await Task.sleep(for: .milliseconds(20))
                        }
                    }
                    defer { speaking.cancel() }
                    for consumer in [first, second] {
                        var heard: Set<ControlMessage> = []
                        while heard != [deleted, scheduled] { heard.formUnion(try await consumer.words(1)) }
                    }
                }
            }
        }
    }

    @Test
    func parksMessagesWithTheReason() async throws {
        try await withTransport { scope in
            let message = wakeUp("mail", generation: 3)
            #expect(await scope.transport.park([message], reason: "There is no such job.") == [.confirmed])
            let parked = try #require(try await scope.connection.takeMessage(fromQueue: "\(scope.namespace).parked"))
            #expect(parked.properties.messageID == message.id.description)
            #expect(parked.properties.headers["x-generation"]?.integer == 3)
            #expect(parked.properties.headers["x-queue"]?.string == "mail")
            #expect(parked.properties.headers["x-parked-reason"]?.string == "There is no such job.")
        }
    }

    @Test
    func parksWhatIsNoWakeUpAndGoesOn() async throws {
        try await withTransport { scope in
            let good = wakeUp()
            #expect(await scope.transport.publish([wakeUp()]) == [.confirmed])
            let id = UUID().uuidString
            var bad: [RabbitMQProperties] = [
                .init(), .init(messageID: "no id", type: "t", headers: ["x-generation": 1]),
                .init(messageID: id, type: "t"), .init(messageID: id, headers: ["x-generation": 1]),
                .init(messageID: id, type: "t", headers: ["x-generation": "one"]),
                .init(messageID: id, type: "t", headers: ["x-generation": .int64(.max)]),
            ]
            bad[0].expiration = "3600000"
            let publisher = RabbitMQPublisher(
                try RabbitMQConfiguration(url: scope.url),
                logger: TransportScope.logger
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await publisher.run() }
                try await eventually("the publisher connects") { publisher.isConnected }
                let outcomes = await publisher.publish(
                    bad.map {
                        RabbitMQMessage(
                            exchange: "\(scope.namespace).dispatch",
                            routingKey: "default",
                            properties: $0,
                            body: Array("x".utf8)
                        )
                    }
                )
                #expect(outcomes.allSatisfy { $0.isConfirmed })
                group.cancelAll()
            }
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 100, presence: .random)
            try await withConsumer(consumer) { consumer in
                #expect(await scope.transport.publish([good]) == [.confirmed])
                let deliveries = try await consumer.deliveries(2)
                #expect(deliveries.last?.message == good)
                await consumer.acknowledge(deliveries)
                try await eventually("all bad ones are parked") {
                    try await scope.depth("\(scope.namespace).parked") == UInt32(bad.count)
                }
                try await eventually("none is left behind") {
                    try await scope.depth(scope.queue("default")) == 0
                }
            }
        }
    }

    @Test
    func servesAQueueOnceThatIsNamedTwice() async throws {
        try await withTransport { scope in
            let consumer = scope.transport.makeConsumer(queues: ["default", "default"], prefetch: 1, presence: .random)
            try await withConsumer(consumer) { consumer in
                _ = await scope.transport.publish([wakeUp(), wakeUp()])
                let deliveries = try await consumer.deliveries(1)
                // A second subscription would have brought the second message.
                try await eventually("one waits") { try await scope.depth(scope.queue("default")) == 1 }
                await consumer.acknowledge(deliveries)
            }
        }
    }

    @Test
    func saysAtOnceThatNothingIsPublishedWithoutABroker() async throws {
        let configuration = RabbitMQTransport.Configuration(
            url: "amqp://127.0.0.1:9",
            logger: TransportScope.logger
        )
        let transport = RabbitMQTransport(configuration)
        #expect(!transport.isConnected)
        for outcome in await transport.publish([wakeUp(), wakeUp()]) {
            #expect(outcome != .confirmed)
        }
        await transport.broadcast(.deleted(JobID(UUID())))
    }

    @Test
    func keepsTheURLOutOfDescriptionsAndErrors() async throws {
        let url = "amqp://user:secret@[broken"
        let configuration = RabbitMQTransport.Configuration(url: url, logger: TransportScope.logger)
        var dumped = ""
        dump(configuration, to: &dumped)
        let transport = RabbitMQTransport(configuration)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("secret"))
        }
        for case let reason? in await transport.publish([wakeUp()]).map(\.reason) {
            #expect(!reason.contains("secret"))
        }
        await #expect { try await transport.run() } throws: { error in
            !"\(error)".contains("secret")
        }
    }
}

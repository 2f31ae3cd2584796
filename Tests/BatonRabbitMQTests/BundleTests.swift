import Baton
import Foundation
import RabbitMQClient
import Testing

@testable import BatonRabbitMQ

@Suite(.timeLimit(.minutes(15)))
struct BundleTests {
    // MARK: The body

    @Test
    func theBodyCarriesIdsAndGenerations() {
        let messages = [wakeUp(generation: 1), wakeUp(generation: 27), wakeUp(generation: Int(Int32.max))]
        let body = BundleBody.write(messages)
        #expect(String(decoding: body, as: UTF8.self).split(separator: "\n").first == "\(messages[0].id):1")
        let lines = BundleBody.read(body)
        #expect(lines?.map(\.id) == messages.map(\.id))
        #expect(lines?.map(\.generation) == [1, 27, Int(Int32.max)])
        #expect(BundleBody.read([])?.isEmpty == true)
    }

    @Test(arguments: [
        "x", "\n", "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000001:1",
        "00000000-0000-7000-8000-000000000001:\n", "00000000-0000-7000-8000-000000000001:-1\n",
        "00000000-0000-7000-8000-000000000001:2147483648\n",
        "00000000-0000-7000-8000-000000000001:99999999999999999999\n",
        "00000000-0000-7000-8000-00000000000g:1\n", "00000000-0000-7000-8000-000000000001 1\n",
        "00000000-0000-7000-8000-000000000001:1\n\n",
    ])
    func anythingElseIsNoBody(text: String) {
        #expect(BundleBody.read(Array(text.utf8)) == nil)
    }

    // MARK: The ledger

    private func tag(_ number: UInt64) -> RabbitMQDeliveryTag { RabbitMQDeliveryTag(session: 1, tag: number) }

    @Test
    func aBundleIsAcknowledgedWithTheLastOfItsWakeUps() {
        var ledger = BundleLedger()
        ledger.open(tag(1), count: 3)
        ledger.open(tag(2), count: 1)
        #expect(ledger.acknowledge([tag(1), tag(2), tag(1)]) == [tag(2)])
        #expect(ledger.acknowledge([tag(1)]) == [tag(1)])
        #expect(ledger.acknowledge([tag(1), tag(2)]).isEmpty, "they are settled")
    }

    @Test
    func aBundleIsGivenBackWithTheFirstOfItsWakeUps() {
        var ledger = BundleLedger()
        ledger.open(tag(1), count: 3)
        #expect(ledger.acknowledge([tag(1)]).isEmpty)
        #expect(ledger.giveBack([tag(1), tag(1)]) == [tag(1)])
        #expect(ledger.acknowledge([tag(1)]).isEmpty)
        ledger.open(tag(2), count: 1)
        ledger.clear()
        #expect(ledger.giveBack([tag(2)]).isEmpty)
    }

    // MARK: On a broker

    private func publish(_ bundle: [DispatchMessage], _ scope: TransportScope) async {
        let outcomes = await withCheckedContinuation { continuation in
            scope.transport.publish([DispatchBundle(bundle)]) { continuation.resume(returning: $0) }
        }
        #expect(outcomes == [.confirmed])
    }

    private func depth(_ scope: TransportScope) async throws -> UInt32? {
        try await scope.depth("\(scope.namespace).bundle.default")
    }

    @Test
    func aBundleArrivesAsItsWakeUpsAndIsSettledAsOne() async throws {
        try await withTransport { scope in
            let messages = (1...64).map { wakeUp(generation: $0) }
            await publish(messages, scope)
            #expect(try await depth(scope) == 1)
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 1, presence: .random)
            try await withConsumer(consumer) { consumer in
                let deliveries = try await consumer.deliveries(64)
                #expect(deliveries.map(\.message) == messages)
                #expect(deliveries.allSatisfy { $0.isBundled && !$0.isRedelivered })
                await consumer.acknowledge(Array(deliveries.dropLast()))
            }
            // The intake is gone before the last was settled.
            try await eventually("it is back") { try await depth(scope) == 1 }
            let next = scope.transport.makeConsumer(queues: ["default"], prefetch: 1, presence: .random)
            try await withConsumer(next) { consumer in
                let deliveries = try await consumer.deliveries(64)
                #expect(deliveries.map(\.message) == messages)
                #expect(deliveries.allSatisfy { $0.isRedelivered })
                await consumer.acknowledge(deliveries)
                await consumer.stopDeliveries()
            }
            try await eventually("nothing is left") { try await depth(scope) == 0 }
        }
    }

    @Test
    func smallBundlesKeepManyAtHand() async throws {
        try await withTransport { scope in
            for _ in 0..<6 { await publish([wakeUp(), wakeUp()], scope) }
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 20, presence: .random)
            try await withConsumer(consumer) { consumer in
                let first = try await consumer.deliveries(10)
                #expect(first.count == 10 && first.allSatisfy(\.isBundled))
                #expect(try await depth(scope) == 1, "the sixth waits until one is settled")
                await consumer.acknowledge(first)
                await consumer.acknowledge(try await consumer.deliveries(2))
                await consumer.stopDeliveries()
            }
            try await eventually("nothing is left") { try await depth(scope) == 0 }
        }
    }

    @Test
    func aBundleIsGivenBackWhole() async throws {
        try await withTransport { scope in
            let messages = [wakeUp(generation: 1), wakeUp(generation: 2)]
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 1, presence: .random)
            try await withConsumer(consumer) { consumer in
                await publish(messages, scope)
                let first = try await consumer.deliveries(2)
                await consumer.acknowledge([first[0]])
                await consumer.giveBack([first[1]])
                let second = try await consumer.deliveries(2)
                #expect(second.map(\.message) == messages)
                #expect(second.allSatisfy { $0.isRedelivered })
                await consumer.acknowledge(first)
                await consumer.acknowledge(second)
                await consumer.stopDeliveries()
            }
            try await eventually("nothing is left") { try await depth(scope) == 0 }
        }
    }

    @Test
    func whatIsNoBundleIsParked() async throws {
        try await withTransport { scope in
            await publish([wakeUp(), wakeUp()], scope)
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 1, presence: .random)
            try await withConsumer(consumer) { consumer in
                await consumer.acknowledge(try await consumer.deliveries(2))
                let publisher = RabbitMQPublisher(
                    try RabbitMQConfiguration(url: scope.url),
                    patience: .seconds(300),
                    logger: TransportScope.logger
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await publisher.run() }
                    let line = "00000000-0000-7000-8000-000000000001:1\n"
                    // One line where two are announced.
                    let message = RabbitMQMessage(
                        exchange: "\(scope.namespace).bundle",
                        routingKey: "default",
                        properties: RabbitMQProperties(type: "mail.welcome", headers: ["x-jobs": 2]),
                        body: Array(line.utf8)
                    )
                    try await eventually("it is published") { await publisher.publish([message])[0].isConfirmed }
                    await publisher.close()
                    try await group.waitForAll()
                }
                let events = Task { await consumer.next() }
                defer { events.cancel() }
                try await eventually("it is parked") { try await scope.depth("\(scope.namespace).parked") == 1 }
            }
        }
    }
}

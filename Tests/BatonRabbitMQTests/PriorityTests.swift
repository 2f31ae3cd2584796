import Baton
import BatonRabbitMQ
import Foundation
import RabbitMQClient
import Testing

@Suite(.timeLimit(.minutes(15)))
struct PriorityTests {
    private func wakeUps(_ level: JobPriorityLevel, _ count: Int) -> [DispatchMessage] {
        (0..<count).map { _ in
            var message = wakeUp()
            message.level = level
            return message
        }
    }

    @Test
    func eachLevelHasAQueueOfItsOwn() async throws {
        try await withTransport { scope in
            for level in JobPriorityLevel.descending {
                #expect(await scope.transport.publish(wakeUps(level, 2)) == [.confirmed, .confirmed])
            }
            for lane in ["dispatch", "urgent", "high", "low"] {
                let depth = try await scope.depth("\(scope.namespace).\(lane).default")
                #expect(depth == 2)
            }
            let bundles = try await scope.depth("\(scope.namespace).bundle.default")
            #expect(bundles == 0)
        }
    }

    @Test(arguments: JobPriorityLevel.prioritized)
    func aLevelIsLimitedByItself(_ level: JobPriorityLevel) async throws {
        try await withTransport { scope in
            #expect(await scope.transport.publish(wakeUps(.normal, 10)).allSatisfy { $0 == .confirmed })
            let messages = wakeUps(level, 3)
            #expect(await scope.transport.publish(messages).allSatisfy { $0 == .confirmed })
            let consumer = scope.transport.makeConsumer(
                queues: ["default"],
                prefetch: 4,
                levelPrefetch: 1,
                presence: .random,
                executor: nil
            ) { _ in true }
            try await withConsumer(consumer) { consumer in
                let deliveries = try await consumer.deliveries(5)
                let urgent = deliveries.filter { $0.message.level == level }
                #expect(urgent.map(\.message) == [messages[0]])
                await consumer.acknowledge(urgent)
                #expect(try await consumer.deliveries(1).map(\.message) == [messages[1]])
            }
        }
    }
}

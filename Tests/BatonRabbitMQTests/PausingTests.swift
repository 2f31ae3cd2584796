import Baton
import BatonRabbitMQ
import Foundation
import RabbitMQClient
import Testing

/// What a paused queue is to the broker: one that this server does not consume.
@Suite(.timeLimit(.minutes(15)))
struct PausingTests {
    @Test
    func aPausedQueueHasNoConsumerAndItsServerIsPresent() async throws {
        try await withTransport(queues: ["mail", "default"]) { scope in
            func consumers(_ lane: String) async throws -> UInt32? {
                try await scope.connection.state(ofQueue: "\(scope.namespace).\(lane).mail")?.consumerCount
            }
            let messages = (0..<3).map { wakeUp("mail", generation: $0) }
            #expect(await scope.transport.publish(messages).allSatisfy { $0 == .confirmed })
            let consumer = scope.transport.makeConsumer(queues: ["mail", "default"], prefetch: 10, presence: .random)
            await consumer.pause(["mail"])
            try await withConsumer(consumer) { consumer in
                try await eventually("it is connected") { await consumer.isPresent() }
                let other = wakeUp()
                _ = await scope.transport.publish([other])
                let first = try await consumer.deliveries(1)
                #expect(first.map(\.message) == [other])
                await consumer.acknowledge(first)
                #expect(try await consumers("dispatch") == 0)

                await consumer.pause([])
                let deliveries = try await consumer.deliveries(3)
                #expect(Set(deliveries.map(\.message)) == Set(messages))
                for lane in TransportScope.lanes {
                    try await eventually("the lane \(lane) is consumed") { try await consumers(lane) == 1 }
                }
                await consumer.pause(["mail"])
                for lane in TransportScope.lanes { #expect(try await consumers(lane) == 0) }
                await consumer.acknowledge([deliveries[0]])
                await consumer.giveBack(Array(deliveries.dropFirst()))
                try await eventually("two are back") { try await scope.depth(scope.queue("mail")) == 2 }
                #expect(await consumer.isPresent())
            }
        }
    }
}

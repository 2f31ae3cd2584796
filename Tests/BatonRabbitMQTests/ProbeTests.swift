import Baton
import BatonRabbitMQ
import Foundation
import RabbitMQClient
import Testing

@Suite(.timeLimit(.minutes(15)))
struct ProbeTests {
    private let probe = ProbeID(UUID())

    @Test
    func comesBackThroughBothLanesAlthoughAPurgeHasLostWhatWasThere() async throws {
        try await withTransport { scope in
            let bundle = DispatchBundle([wakeUp(), wakeUp()])
            #expect(await scope.transport.publish([wakeUp()]) == [.confirmed])
            let outcomes = await withCheckedContinuation { continuation in
                scope.transport.publish([bundle]) { continuation.resume(returning: $0) }
            }
            #expect(outcomes == [.confirmed])
            for lane in ["dispatch", "bundle"] {
                #expect(try await scope.connection.purgeQueue("\(scope.namespace).\(lane).default") == 1)
            }
            #expect(await scope.transport.publish(probe, to: "default"))
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 10, presence: .random)
            try await withConsumer(consumer) { consumer in
                var returns: [ProbeReturn] = []
                while returns.count < 5 {
                    switch try await consumer.event() {
                    case .probed(let probes): returns += probes
                    case .arrived(let deliveries, _): #expect(deliveries.isEmpty)
                    default: break
                    }
                }
                #expect(returns.allSatisfy { $0.probe == probe && $0.queue == "default" && $0.lanes == 5 })
                #expect(returns.map(\.lane).sorted() == [0, 1, 2, 3, 4])
                #expect(try await scope.depth("\(scope.namespace).parked") == 0)
            }
        }
    }

    /// The answer to a question on a channel may overtake what its queue had sent to it before; two do not.
    @Test(arguments: [RabbitMQTransport.Configuration.QueueType.classic, .quorum])
    func catchingUpComesBehindEveryDelivery(of type: RabbitMQTransport.Configuration.QueueType) async throws {
        let (count, rounds) = (1_000, 5)
        try await withTransport(queueType: type) { scope in
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: count, presence: .random)
            try await withConsumer(consumer) { consumer in
                try await eventually("it consumes") { await consumer.catchUp(queue: "default", probe: probe) }
                for _ in 0..<rounds {
                    let round = ProbeID(UUID())
                    let messages = (0..<count).map { wakeUp(generation: $0) }
                    #expect(await scope.transport.publish(messages).allSatisfy { $0 == .confirmed })
                    // It has no room for more: what is in no queue any more was sent to it.
                    try await eventually("all are sent") { try await scope.depth(scope.queue("default")) == 0 }
                    #expect(await consumer.catchUp(queue: "default", probe: round))
                    var deliveries: [Delivery] = []
                    reading: while true {
                        switch try await consumer.event() {
                        case .arrived(let arrived, _): deliveries += arrived
                        case .caughtUp(queue: "default", probe: round): break reading
                        default: break
                        }
                    }
                    #expect(deliveries.map(\.message) == messages)
                    await consumer.acknowledge(deliveries)
                }
            }
        }
    }
}

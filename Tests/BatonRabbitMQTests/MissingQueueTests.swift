import Baton
import BatonRabbitMQ
import BrokerProxy
import Foundation
import Locking
import RabbitMQClient
import Testing

@Suite(.timeLimit(.minutes(15)))
struct MissingQueueTests {
    /// Notes what it is told, and takes its time while it is held.
    private final class Watch: QueueWatch {
        private let state = Locked((asked: [String](), isHeld: false))

        var asked: [String] { state.withLock { $0.asked } }

        func hold(_ isHeld: Bool) {
            state.withLock { $0.isHeld = isHeld }
        }

        func queueIsMissing(_ queue: String, isStillMissing: @Sendable () async -> Bool?) async {
            state.withLock { $0.asked.append(queue) }
            while state.withLock({ $0.isHeld }), !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(5))
            }
            #expect(await isStillMissing() != false)
        }
    }

    /// Publishes as a client does: again, until it is confirmed.
    private func publish(_ scope: TransportScope, to queue: String = "default") async throws {
        try await eventually("it is published") { await scope.transport.publish([wakeUp(queue)]) == [.confirmed] }
    }

    @Test
    func anIntactQueueIsNotTold() async throws {
        try await withTransport(throughProxy: true) { scope in
            let watch = Watch()
            scope.transport.watch(watch)
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 10, presence: .random)
            try await withConsumer(consumer) { consumer in
                try await publish(scope)
                await consumer.acknowledge(try await consumer.deliveries(1))
                let before = watch.asked
                #expect(before == ["default"], "that it never was there is told once")
                // That there is no connection may be over before anybody looks.
                let proxy = try #require(scope.proxy)
                let accepted = proxy.cut()
                try await eventually("everybody is back") { proxy.accepted >= accepted }
                try await eventually("it is published again") {
                    await scope.transport.publish([wakeUp()]) == [.confirmed]
                }
                _ = try await consumer.deliveries(1)
                #expect(watch.asked == before)
            }
        }
    }

    @Test
    func aQueueLostBetweenTwoConnectionsIsToldOf() async throws {
        try await withTransport(throughProxy: true) { scope in
            let watch = Watch()
            scope.transport.watch(watch)
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 10, presence: .random)
            try await withConsumer(consumer) { consumer in
                try await publish(scope)
                _ = try await consumer.deliveries(1)
                let before = watch.asked.count
                let proxy = try #require(scope.proxy)
                proxy.setAccepting(false)
                proxy.cut()
                try await eventually("the cut is noticed") { !scope.transport.isConnected }
                try await scope.delete("default")
                proxy.setAccepting(true)
                let message = wakeUp()
                try await eventually("it is published") { await scope.transport.publish([message]) == [.confirmed] }
                var messages: [DispatchMessage] = []
                while !messages.contains(message) { messages += try await consumer.deliveries(1).map(\.message) }
                #expect(
                    watch.asked.count == before + 1,
                    "publisher and consumer find both lanes missing, and it is told once"
                )
            }
        }
    }

    @Test
    func oneLaneAloneIsToldOf() async throws {
        try await withTransport { scope in
            let watch = Watch()
            scope.transport.watch(watch)
            try await publish(scope)
            try await scope.connection.deleteQueue("\(scope.namespace).bundle.default")
            let consumer = scope.transport.makeConsumer(queues: ["default"], prefetch: 10, presence: .random)
            try await withConsumer(consumer) { consumer in
                #expect(try await consumer.deliveries(1).count == 1, "the other lane holds what it held")
                try await eventually("it is told and made") {
                    try await scope.depth("\(scope.namespace).bundle.default") != nil
                }
                #expect(watch.asked.count == 2)
            }
        }
    }

    @Test
    func aWatchThatTakesLongHoldsUpNeitherItsPublishForeverNorOtherQueues() async throws {
        try await withTransport(queues: ["default", "other"], declarationPatience: .seconds(2)) { scope in
            let watch = Watch()
            scope.transport.watch(watch)
            try await publish(scope, to: "other")
            watch.hold(true)
            let (answers, answer) = AsyncStream<[PublishOutcome]>.makeStream()
            scope.transport.publish([DispatchBundle([wakeUp()])]) { answer.yield($0) }
            try await eventually("it is told") { watch.asked.contains("default") }
            #expect(!scope.transport.awaitsAnswers, "what waits for its queue was not sent")
            try await publish(scope, to: "other")
            let consumer = scope.transport.makeConsumer(queues: ["default", "other"], prefetch: 10, presence: .random)
            try await withConsumer(consumer) { consumer in
                #expect(try await consumer.deliveries(2).map(\.message.queue) == ["other", "other"])
                var iterator = answers.makeAsyncIterator()
                #expect(await iterator.next() != [.confirmed])
                #expect(await scope.transport.publish([wakeUp()]) != [.confirmed])
                watch.hold(false)
                try await eventually("the queue is made") { await scope.transport.publish([wakeUp()]) == [.confirmed] }
                #expect(try await consumer.deliveries(1)[0].message.queue == "default")
            }
            #expect(watch.asked.count { $0 == "default" } == 1)
        }
    }
}

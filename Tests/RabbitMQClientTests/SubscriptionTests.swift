import BrokerProxy
import Locking
import RabbitMQClient
import Testing

/// What is asked before a queue is declared and consumed.
@Suite(.timeLimit(.minutes(15)))
struct SubscriptionTests {
    private final class Answers: Sendable {
        private let state = Locked((asked: 0, answers: [CheckedContinuation<Bool, Never>]()))

        var asked: Int { state.withLock { $0.asked } }

        func ask() async -> Bool {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    state.asked += 1
                    state.answers.append(continuation)
                }
            }
        }

        /// Answers the oldest question that is open.
        func answer(_ isWanted: Bool) {
            let answer: CheckedContinuation<Bool, Never>? = state.withLock { state in
                state.answers.isEmpty ? nil : state.answers.removeFirst()
            }
            answer?.resume(returning: isWanted)
        }
    }

    private func publish(_ queue: String) async throws {
        try await withPublisher { publisher in
            let message = RabbitMQMessage(exchange: "", routingKey: queue)
            try await eventually("it is published") { await publisher.publish([message])[0].isConfirmed }
        }
    }

    @Test
    func asksBeforeEachConnectionConsumesAndHoldsUpNoOther() async throws {
        let (slow, quick) = (Broker.name("slow"), Broker.name("quick"))
        try await withQueues([RabbitMQQueue(slow), RabbitMQQueue(quick)]) { connection in
            try await withProxy { proxy, configuration in
                let answers = Answers()
                let consumer = RabbitMQConsumer(
                    configuration,
                    subscriptions: [
                        RabbitMQSubscription(RabbitMQQueue(slow), prefetch: 10, willConsume: { await answers.ask() }),
                        RabbitMQSubscription(RabbitMQQueue(quick), prefetch: 10),
                    ],
                    logger: Broker.logger
                )
                try await withConsumer(consumer) { consumer, reader in
                    try await reader.connected()
                    try await eventually("it asks") { answers.asked == 1 }
                    try await publish(slow)
                    try await publish(quick)
                    #expect(try await reader.deliveries(1)[0].queue == quick)
                    #expect(await consumer.session(consuming: slow) == nil)

                    // What is answered for a connection that is gone does not count for the next, which may have asked
                    // by then, too.
                    let session = await consumer.session(consuming: quick)
                    proxy.cut()
                    try await eventually("the cut is noticed") {
                        await consumer.session(consuming: quick) != session
                    }
                    answers.answer(true)
                    try await eventually("it asks again") { answers.asked == 2 }
                    // By the time this comes, an answer that counted would have led to something.
                    try await publish(quick)
                    while try await reader.deliveries(1)[0].isRedelivered {}
                    #expect(await consumer.session(consuming: slow) == nil)
                    answers.answer(true)
                    var deliveries: [RabbitMQDelivery] = []
                    while !deliveries.contains(where: { $0.queue == slow }) {
                        deliveries += try await reader.deliveries(1)
                    }

                    proxy.cut()
                    try await eventually("it asks once more") { answers.asked == 3 }
                    answers.answer(false)
                    try await publish(slow)
                    try await publish(quick)
                    // The first comes again, marked as such.
                    while !deliveries.contains(where: { $0.queue == quick && !$0.isRedelivered }) {
                        deliveries += try await reader.deliveries(1)
                    }
                    #expect(await consumer.session(consuming: slow) == nil)
                    try await eventually("both wait") { try await connection.depth(slow) == 2 }
                }
            }
        }
    }

    @Test
    func asksWhenTheQueueIsDeletedUnderneath() async throws {
        let name = Broker.name("deleted")
        try await withQueues([RabbitMQQueue(name)]) { connection in
            let (asked, missed) = (Locked(0), Locked(0))
            let consumer = RabbitMQConsumer(
                try Broker.configuration(),
                subscriptions: [
                    RabbitMQSubscription(
                        RabbitMQQueue(name),
                        prefetch: 10,
                        whenMissing: { consumer throws(RabbitMQError) in
                            #expect(try await consumer.missing(of: [name, name]) == [name, name])
                            missed.withLock { $0 += 1 }
                        },
                        willConsume: {
                            asked.withLock { $0 += 1 }
                            return true
                        }
                    )
                ],
                logger: Broker.logger
            )
            try await withConsumer(consumer) { consumer, reader in
                try await eventually("it consumes") { await consumer.session(consuming: name) != nil }
                #expect(missed.withLock { $0 } == 0 && asked.withLock { $0 } == 1)
                try await connection.deleteQueue(name)
                try await eventually("it is told") { missed.withLock { $0 } == 1 }
                try await eventually("it asks again") { asked.withLock { $0 } == 2 }
                try await publish(name)
                _ = try await reader.deliveries(1)
                #expect(await consumer.catchUp([name], label: "now"))
                let label = try await reader.event("caught up") { event in
                    if case .caughtUp([name], let label) = event { label } else { nil }
                }
                #expect(label == "now")
                #expect(await consumer.catchUp([name, "another"], label: "never") == false)
            }
        }
    }
}

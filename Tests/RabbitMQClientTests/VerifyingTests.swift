import RabbitMQClient
import Testing

/// Topologies that are only looked for.
@Suite(.timeLimit(.minutes(15)))
struct VerifyingTests {
    @Test
    func whatIsMissingIsNamedAndNotMade() async throws {
        let (there, gone) = (RabbitMQQueue.classic(Broker.name("there")), RabbitMQQueue.classic(Broker.name("gone")))
        try await withQueues([there]) { connection in
            // Attributes are not compared.
            let other = RabbitMQQueue.quorum(there.name)
            try await connection.declare(RabbitMQTopology(queues: [other], mode: .verify()))
            for topology in [
                RabbitMQTopology(queues: [there, gone], mode: .verify(remedy: "Ask somebody.")),
                RabbitMQTopology(
                    exchanges: [RabbitMQExchange(gone.name, kind: .topic)],
                    mode: .verify(remedy: "Ask somebody.")
                ),
            ] {
                let error = await #expect(throws: RabbitMQError.self) { try await connection.declare(topology) }
                #expect(error?.code == .notFound && error?.replyCode == 404)
                let message = error?.message ?? ""
                #expect(message.contains("\(gone.name) is missing. Ask somebody."), "\(message)")
            }
            #expect(try await connection.depth(gone.name) == nil)
        }
    }

    @Test
    func aPublisherGoesOnOnceWhatWasMissingIsThere() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("late"))
        let publisher = RabbitMQPublisher(
            try Broker.configuration(),
            topology: RabbitMQTopology(queues: [queue], mode: .verify()),
            logger: Broker.logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            defer { group.cancelAll() }
            let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
            try await eventually("it says what is missing") {
                await publisher.publish([message]).first?.error?.message.contains("\(queue.name) is missing") == true
            }
            #expect(!publisher.isConnected)
            try await withQueues([queue]) { _ in
                try await eventually("it is connected") { publisher.isConnected }
                #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
            }
        }
    }
}

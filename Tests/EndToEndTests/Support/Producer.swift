import Baton
import EndToEndSupport
import RabbitMQClient

/// A producer that knows nothing of Baton but its contract: it publishes to an exchange of the broker.
struct Producer: Sendable {
    let lab: Lab
    let publisher: RabbitMQPublisher

    /// A message that is a good job of ``TestJobs/echo(_:)`` unless something is changed.
    func message(
        _ id: String,
        _ text: String,
        queue: String = "default",
        _ change: (inout RabbitMQMessage) -> Void = { _ in }
    ) -> RabbitMQMessage {
        var message = RabbitMQMessage(
            exchange: "\(lab.namespace).submit",
            routingKey: queue,
            properties: RabbitMQProperties(messageID: id, type: "test.echo", contentType: "application/json"),
            body: Array(#"{"text": "\#(text)"}"#.utf8)
        )
        change(&message)
        return message
    }

    /// Publishes until the broker has every message.
    func publish(_ messages: [RabbitMQMessage]) async throws {
        for start in stride(from: 0, to: messages.count, by: 200) {
            var left = Array(messages[start..<min(start + 200, messages.count)])
            try await eventually("the broker takes what is submitted") {
                left = zip(left, await publisher.publish(left)).filter { !$1.isConfirmed }.map(\.0)
                return left.isEmpty
            }
        }
    }

    /// What the broker has of rejects in a queue, which are taken out.
    func rejects(in queue: String? = nil) async throws -> [RabbitMQMessage] {
        try await lab.withBroker { broker in
            var rejects: [RabbitMQMessage] = []
            while let reject = try await broker.takeMessage(fromQueue: queue ?? "\(lab.namespace).rejected") {
                rejects.append(reject)
            }
            return rejects
        }
    }
}

extension Lab {
    /// How a server is configured that takes submissions.
    static func taking(
        _ change: (inout SubmissionOptions) -> Void = { _ in },
        concurrency: Int? = nil
    ) -> JobServerConfiguration {
        var (configuration, options) = (JobServerConfiguration(), SubmissionOptions())
        change(&options)
        configuration.submissions = options
        if let concurrency {
            configuration.concurrency = concurrency
            configuration.lookAhead = concurrency
        }
        return configuration
    }

    /// Runs a producer for the length of a body, once somebody takes what it submits.
    func withProducer<Result: Sendable>(
        to queues: [String] = ["default"],
        _ body: (Producer) async throws -> Result
    ) async throws -> Result {
        let publisher = RabbitMQPublisher(
            try RabbitMQConfiguration(url: servers.rabbitMQURL),
            patience: .seconds(300),
            logger: log.logger("producer")
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            defer { group.cancelAll() }
            try await eventually("the producer is connected") { publisher.isConnected }
            for queue in queues {
                try await withBroker { broker in
                    try await eventually("submissions to \(queue) are taken") {
                        (try await broker.state(ofQueue: "\(namespace).submit.\(queue)")?.consumerCount ?? 0) > 0
                    }
                }
            }
            let result = try await body(Producer(lab: self, publisher: publisher))
            await publisher.close()
            return result
        }
    }
}

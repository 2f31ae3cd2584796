import Foundation
import Logging
import RabbitMQClient
import Testing

/// The broker that the tests use, and names of their own on it.
enum Broker {
    static func configuration(_ file: StaticString = #fileID) throws -> RabbitMQConfiguration {
        guard let url = ProcessInfo.processInfo.environment["BATON_RABBITMQ_URL"] else {
            throw RabbitMQError(
                code: .invalidConfiguration,
                message: "These tests need a RabbitMQ broker: set BATON_RABBITMQ_URL, or run ./deploy/test"
            )
        }
        var configuration = try RabbitMQConfiguration(url: url)
        configuration.connectionName = "tests"
        // Some try once only, beside many other tests.
        configuration.connectTimeout = .seconds(60)
        configuration.backoff = RabbitMQBackoff(initial: .milliseconds(20), maximum: .milliseconds(200))
        return configuration
    }

    static func name(_ purpose: String) -> String {
        "test.\(purpose).\(UInt64.random(in: 0 ... .max))"
    }

    /// A consumer that reaches it.
    static func consumer(
        _ subscriptions: [RabbitMQSubscription],
        topology: RabbitMQTopology = .init()
    ) throws -> RabbitMQConsumer {
        RabbitMQConsumer(
            try self.configuration(),
            topology: topology,
            subscriptions: subscriptions,
            logger: self.logger
        )
    }

    static let logger: Logger = {
        var logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return logger
    }()
}

/// Runs with a connection for declaring and looking, and closes it afterwards.
@discardableResult
func withConnection<Result: Sendable>(
    _ configuration: RabbitMQConfiguration? = nil,
    _ body: (RabbitMQConnection) async throws -> Result
) async throws -> Result {
    let connection = try await RabbitMQConnection(configuration ?? Broker.configuration())
    do {
        let result = try await body(connection)
        await connection.close()
        return result
    } catch {
        await connection.close()
        throw error
    }
}

/// Runs with queues of its own, deleted afterwards.
func withQueues<Result: Sendable>(
    _ queues: [RabbitMQQueue],
    _ body: (RabbitMQConnection) async throws -> Result
) async throws -> Result {
    try await withConnection { connection in
        try await connection.declare(RabbitMQTopology(queues: queues))
        do {
            let result = try await body(connection)
            for queue in queues { try await connection.deleteQueue(queue.name) }
            return result
        } catch {
            for queue in queues { try? await connection.deleteQueue(queue.name) }
            throw error
        }
    }
}

/// Runs a publisher for the time of the body.
func withPublisher<Result: Sendable>(
    _ publisher: RabbitMQPublisher,
    _ body: (RabbitMQPublisher) async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await publisher.run() }
        try await eventually("the publisher connects") { publisher.isConnected }
        let result = try await body(publisher)
        group.cancelAll()
        return result
    }
}

func withPublisher<Result: Sendable>(_ body: (RabbitMQPublisher) async throws -> Result) async throws -> Result {
    try await withPublisher(RabbitMQPublisher(Broker.configuration(), logger: Broker.logger), body)
}

/// Runs a consumer for the time of the body.
func withConsumer<Result: Sendable>(
    _ consumer: RabbitMQConsumer,
    _ body: (RabbitMQConsumer, EventReader) async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await consumer.run() }
        let result = try await body(consumer, EventReader(consumer))
        // In good order: a cancelled consumer may leave the broker without what was settled last.
        await consumer.close()
        try await group.waitForAll()
        return result
    }
}

/// Waits until a condition holds, and fails if it does not for long.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(300),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("Waited in vain: \(what)", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

func text(_ body: [UInt8]) -> String { String(decoding: body, as: UTF8.self) }

extension RabbitMQConnection {
    /// How many messages wait in a queue; nil if there is no such queue.
    func depth(_ queue: String) async throws -> UInt32? {
        try await self.state(ofQueue: queue)?.messageCount
    }
}

import Baton
import BatonRabbitMQ
import BrokerProxy
import Foundation
import Logging
import RabbitMQClient
import Testing

/// A transport in a namespace of its own, and a plain connection to look behind it.
struct TransportScope: Sendable {
    let namespace: String
    let url: String
    let transport: RabbitMQTransport
    let connection: RabbitMQConnection
    /// What the transport reaches the broker through, where that is to be cut.
    let proxy: Proxy?

    /// The broker's name of a queue of jobs.
    func queue(_ name: String) -> String { "\(self.namespace).dispatch.\(name)" }

    /// How many messages wait in a queue of the broker; nil if there is no such queue.
    func depth(_ queue: String) async throws -> UInt32? {
        try await self.connection.state(ofQueue: queue)?.messageCount
    }

    /// What the names of lanes have between the namespace and the queue.
    static let lanes = ["dispatch", "bundle", "urgent", "high", "low"]

    /// Deletes all lanes of a queue of jobs.
    func delete(_ queue: String) async throws {
        for lane in Self.lanes {
            try await self.connection.deleteQueue("\(self.namespace).\(lane).\(queue)")
        }
    }

    /// Another transport of the same namespace, as another program has.
    func makeTransport() -> RabbitMQTransport {
        var configuration = RabbitMQTransport.Configuration(
            url: self.url,
            namespace: self.namespace,
            logger: Self.logger
        )
        configuration.declarationPatience = .seconds(60)
        return RabbitMQTransport(configuration)
    }

    static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}

/// Runs with a transport that is connected, and deletes what it has declared afterwards.
func withTransport(
    queues: [String] = ["default"],
    queueType: RabbitMQTransport.Configuration.QueueType = .classic,
    throughProxy: Bool = false,
    declarationPatience: Duration = .seconds(60),
    _ body: (TransportScope) async throws -> Void
) async throws {
    guard let url = ProcessInfo.processInfo.environment["BATON_RABBITMQ_URL"] else {
        Issue.record("These tests need a RabbitMQ broker: set BATON_RABBITMQ_URL, or run ./deploy/test")
        return
    }
    let namespace = "test.\(UInt64.random(in: 0 ... .max))"
    var broker = try RabbitMQConfiguration(url: url)
    // It tries once, beside many other tests.
    broker.connectTimeout = .seconds(60)
    let connection = try await RabbitMQConnection(broker)
    let proxy = throughProxy ? try Proxy(to: broker.endpoints[0]) : nil
    defer { proxy?.close() }
    var configuration = RabbitMQTransport.Configuration(
        url: try proxy.map { try $0.url(of: url) } ?? url,
        namespace: namespace,
        queueType: queueType,
        logger: TransportScope.logger
    )
    configuration.declarationPatience = declarationPatience
    let scope = TransportScope(
        namespace: namespace,
        url: url,
        transport: RabbitMQTransport(configuration),
        connection: connection,
        proxy: proxy
    )
    let result: Result<Void, any Error>
    do {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await scope.transport.run() }
            try await eventually("the transport connects") { scope.transport.isConnected }
            try await body(scope)
            group.cancelAll()
        }
        result = .success(())
    } catch {
        result = .failure(error)
    }
    let lanes = queues.flatMap { queue in TransportScope.lanes.map { "\(namespace).\($0).\(queue)" } }
    for queue in lanes + ["\(namespace).parked"] {
        try? await connection.deleteQueue(queue)
    }
    for exchange in TransportScope.lanes + ["control", "parked"] {
        try? await connection.deleteExchange("\(namespace).\(exchange)")
    }
    await connection.close()
    try result.get()
}

extension Proxy {
    /// The broker's URL, by way of the proxy.
    func url(of url: String) throws -> String {
        var components = try #require(URLComponents(string: url))
        components.host = "127.0.0.1"
        components.port = Int(port)
        return try #require(components.string)
    }
}

/// Runs with a server's intake.
func withConsumer(_ consumer: any JobConsumer, _ body: (any JobConsumer) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await consumer.run() }
        try await body(consumer)
        group.cancelAll()
    }
}

/// Waits until a condition holds, and fails if it does not for long.
func eventually(
    _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("Waited in vain: \(what)", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

extension JobConsumer {
    /// Waits for deliveries.
    func deliveries(_ count: Int) async throws -> [Delivery] {
        var all: [Delivery] = []
        while all.count < count {
            guard case .arrived(let deliveries, _) = try await self.event() else { continue }
            all += deliveries
        }
        return all
    }

    /// Waits for words.
    func words(_ count: Int) async throws -> [ControlMessage] {
        var all: [ControlMessage] = []
        while all.count < count {
            guard case .arrived(_, let words) = try await self.event() else { continue }
            all += words
        }
        return all
    }

    /// Waits for an event.
    func event() async throws -> TransportEvent {
        try await withThrowingTaskGroup(of: TransportEvent?.self) { group in
            group.addTask { await self.next() }
            group.addTask {
                try await Task.sleep(for: .seconds(300))
                return nil
            }
            let event = try await group.next() ?? nil
            group.cancelAll()
            return try #require(event, "nothing arrived")
        }
    }
}

func wakeUp(_ queue: String = "default", generation: Int = 0, name: String = "mail.welcome") -> DispatchMessage {
    DispatchMessage(id: JobID(UUID()), generation: generation, queue: queue, name: name)
}

extension ServerPresence {
    /// Nobody else's.
    static var random: ServerPresence { ServerPresence(UUID()) }
}

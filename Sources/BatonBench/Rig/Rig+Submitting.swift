import Baton
import RabbitMQClient
import ServiceLifecycle

extension Rig {
    /// Runs a producer for the length of a body, with a connection of its own.
    ///
    /// - Parameter body: What needs it.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or `RabbitMQError`; ``BenchError`` when the broker cannot be reached.
    func withProducer<Result>(_ body: (BenchProducer) async throws -> Result) async throws -> Result {
        let publisher = RabbitMQPublisher(
            try RabbitMQConfiguration(url: environment.rabbitMQURL),
            patience: .seconds(10),
            logger: environment.logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            defer { group.cancelAll() }
            return try await body(BenchProducer(publisher, namespace: namespace))
        }
    }
}

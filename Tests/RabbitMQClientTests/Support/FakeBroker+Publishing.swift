import Locking
import RabbitMQClient
import Testing

extension FakeBroker {
    /// A small message.
    static let message = RabbitMQMessage(exchange: "", routingKey: "q", body: [1, 2, 3])

    /// A publisher that reaches this broker.
    func publisher(patience: Duration = .zero, responseTimeout: Duration = .seconds(30)) -> RabbitMQPublisher {
        var configuration = self.configuration
        configuration.responseTimeout = responseTimeout
        return RabbitMQPublisher(configuration, patience: patience, logger: Broker.logger)
    }
}

/// The client that is ready, which the broker may note only after the client knows.
func noted<Client: Sendable>(_ ready: Locked<Client?>) async throws -> Client {
    try await eventually("the broker has noted the client") { ready.withLock { $0 != nil } }
    return try #require(ready.withLock { $0 })
}

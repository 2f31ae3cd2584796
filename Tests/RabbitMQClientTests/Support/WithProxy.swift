import BrokerProxy
import RabbitMQClient

/// Runs with a proxy before the broker, and a configuration that goes through it.
func withProxy<Result: Sendable>(
    to configuration: RabbitMQConfiguration? = nil,
    _ body: (Proxy, RabbitMQConfiguration) async throws -> Result
) async throws -> Result {
    var configuration = try configuration ?? Broker.configuration()
    let proxy = try Proxy(to: configuration.endpoints[0])
    defer { proxy.close() }
    configuration.endpoints = [.init(host: "127.0.0.1", port: proxy.port)]
    return try await body(proxy, configuration)
}

/// A rule by which an exchange routes to a queue.
public struct RabbitMQBinding: Hashable, Sendable {
    /// The queue's name.
    public var queue: String
    /// The exchange's name.
    public var exchange: String
    /// The key or pattern; fanout exchanges ignore it.
    public var routingKey: String
    /// Further attributes, such as the headers to match.
    public var arguments: [String: RabbitMQFieldValue]

    /// Describes a binding.
    ///
    /// - Parameters:
    ///   - queue: The queue's name.
    ///   - exchange: The exchange's name.
    ///   - routingKey: The key or pattern.
    ///   - arguments: Further attributes.
    public init(
        queue: String,
        exchange: String,
        routingKey: String = "",
        arguments: [String: RabbitMQFieldValue] = [:]
    ) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
        self.arguments = arguments
    }
}

/// A message, on its way to a broker or from it.
public struct RabbitMQMessage: Hashable, Sendable {
    /// The exchange; the empty name is the default exchange, which routes by queue name.
    public var exchange: String
    /// The key that the exchange routes by.
    public var routingKey: String
    /// What the message says about itself.
    public var properties: RabbitMQProperties
    /// The content.
    public var body: [UInt8]

    /// Makes a message.
    ///
    /// - Parameters:
    ///   - exchange: The exchange; the empty name is the default exchange, which routes by queue name.
    ///   - routingKey: The key that the exchange routes by.
    ///   - properties: What the message says about itself.
    ///   - body: The content.
    public init(
        exchange: String,
        routingKey: String,
        properties: RabbitMQProperties = .init(),
        body: [UInt8] = []
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
    }
}

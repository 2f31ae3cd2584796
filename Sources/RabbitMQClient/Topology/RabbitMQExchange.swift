/// An exchange as it should be.
public struct RabbitMQExchange: Hashable, Sendable {
    /// How an exchange routes.
    public struct Kind: Hashable, Sendable {
        /// The type's name on the wire.
        public let name: String

        /// Names a type, for types that plug-ins add.
        ///
        /// - Parameter name: The type's name on the wire.
        public init(name: String) {
            self.name = name
        }

        /// To queues bound with the message's routing key.
        public static let direct = Kind(name: "direct")
        /// To all bound queues.
        public static let fanout = Kind(name: "fanout")
        /// To queues bound with a pattern that the routing key matches.
        public static let topic = Kind(name: "topic")
        /// To queues bound with matching headers.
        public static let headers = Kind(name: "headers")
    }

    /// The name.
    public var name: String
    /// How it routes.
    public var kind: Kind
    /// Whether it outlives a restart of the broker.
    public var isDurable: Bool
    /// Whether it goes with its last binding.
    public var isAutoDeleted: Bool
    /// Further attributes, such as `alternate-exchange`.
    public var arguments: [String: RabbitMQFieldValue]

    /// Describes an exchange.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - kind: How it routes.
    ///   - isDurable: Whether it outlives a restart of the broker.
    ///   - isAutoDeleted: Whether it goes with its last binding.
    ///   - arguments: Further attributes.
    public init(
        _ name: String,
        kind: Kind,
        isDurable: Bool = true,
        isAutoDeleted: Bool = false,
        arguments: [String: RabbitMQFieldValue] = [:]
    ) {
        self.name = name
        self.kind = kind
        self.isDurable = isDurable
        self.isAutoDeleted = isAutoDeleted
        self.arguments = arguments
    }
}

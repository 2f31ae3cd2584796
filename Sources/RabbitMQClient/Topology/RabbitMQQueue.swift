/// A queue as it should be.
public struct RabbitMQQueue: Hashable, Sendable {
    /// The name.
    public var name: String
    /// Whether it outlives a restart of the broker.
    public var isDurable: Bool
    /// Whether it belongs to the connection that declares it, and goes with it.
    public var isExclusive: Bool
    /// Whether it goes with its last consumer.
    public var isAutoDeleted: Bool
    /// Further attributes, such as `x-queue-type` and `x-max-length`.
    public var arguments: [String: RabbitMQFieldValue]

    /// Describes a queue.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - isDurable: Whether it outlives a restart of the broker.
    ///   - isExclusive: Whether it belongs to the connection that declares it, and goes with it.
    ///   - isAutoDeleted: Whether it goes with its last consumer.
    ///   - arguments: Further attributes.
    public init(
        _ name: String,
        isDurable: Bool = true,
        isExclusive: Bool = false,
        isAutoDeleted: Bool = false,
        arguments: [String: RabbitMQFieldValue] = [:]
    ) {
        self.name = name
        self.isDurable = isDurable
        self.isExclusive = isExclusive
        self.isAutoDeleted = isAutoDeleted
        self.arguments = arguments
    }

    /// Describes a durable classic queue.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - arguments: Attributes besides the type.
    /// - Returns: The description.
    public static func classic(_ name: String, arguments: [String: RabbitMQFieldValue] = [:]) -> RabbitMQQueue {
        RabbitMQQueue(name, arguments: arguments.merging(["x-queue-type": "classic"]) { $1 })
    }

    /// Describes a durable quorum queue.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - arguments: Attributes besides the type.
    /// - Returns: The description.
    public static func quorum(_ name: String, arguments: [String: RabbitMQFieldValue] = [:]) -> RabbitMQQueue {
        RabbitMQQueue(name, arguments: arguments.merging(["x-queue-type": "quorum"]) { $1 })
    }
}

/// Exchanges, queues and bindings that belong together.
///
/// Declaring a topology twice changes nothing. Declaring one that differs from what exists is an error with the code
/// `preconditionFailed`: RabbitMQ changes no attributes of what exists.
public struct RabbitMQTopology: Hashable, Sendable {
    /// The exchanges, declared first.
    public var exchanges: [RabbitMQExchange]
    /// The queues, declared next.
    public var queues: [RabbitMQQueue]
    /// The bindings, made last.
    public var bindings: [RabbitMQBinding]

    /// Describes a topology.
    ///
    /// - Parameters:
    ///   - exchanges: The exchanges, declared first.
    ///   - queues: The queues, declared next.
    ///   - bindings: The bindings, made last.
    public init(
        exchanges: [RabbitMQExchange] = [],
        queues: [RabbitMQQueue] = [],
        bindings: [RabbitMQBinding] = []
    ) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }
}

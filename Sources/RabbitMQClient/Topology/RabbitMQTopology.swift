/// Exchanges, queues and bindings that belong together.
///
/// Declaring a topology twice changes nothing. Declaring one that differs from what exists is an error with the code
/// `preconditionFailed`: RabbitMQ changes no attributes of what exists.
public struct RabbitMQTopology: Hashable, Sendable {
    /// What becomes of what the broker does not have.
    public struct Mode: Hashable, Sendable {
        /// What a person can do about it; nil where it is declared.
        let remedy: String?

        /// It is declared.
        public static let declare = Mode(remedy: nil)

        /// Exchanges and queues are only looked for, which needs no right to configure; one that is missing is an error with
        /// the code `notFound`.
        ///
        /// Their attributes are not compared, and bindings not looked for: AMQP has no way to ask.
        ///
        /// - Parameter remedy: What a person can do about one that is missing, for the error's message.
        /// - Returns: The mode.
        public static func verify(remedy: String = "") -> Mode { Mode(remedy: remedy) }
    }

    /// The exchanges, declared first.
    public var exchanges: [RabbitMQExchange]
    /// The queues, declared next.
    public var queues: [RabbitMQQueue]
    /// The bindings, made last.
    public var bindings: [RabbitMQBinding]
    /// What becomes of what the broker does not have.
    public var mode: Mode

    /// Describes a topology.
    ///
    /// - Parameters:
    ///   - exchanges: The exchanges, declared first.
    ///   - queues: The queues, declared next.
    ///   - bindings: The bindings, made last.
    ///   - mode: What becomes of what the broker does not have.
    public init(
        exchanges: [RabbitMQExchange] = [],
        queues: [RabbitMQQueue] = [],
        bindings: [RabbitMQBinding] = [],
        mode: Mode = .declare
    ) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
        self.mode = mode
    }
}

/// What a broker says about a queue.
///
/// Only a hint: a quorum queue that is electing a leader says zero.
public struct RabbitMQQueueState: Hashable, Sendable {
    /// The name; the broker's choice if it was declared without one.
    public let name: String
    /// How many messages wait to be delivered.
    public let messageCount: UInt32
    /// How many consumers it has.
    public let consumerCount: UInt32
}

/// What a consumer has to say.
public enum RabbitMQConsumerEvent: Sendable {
    /// There is a connection, for the first time or again, and its queues are consumed; its number is unique in the
    /// process.
    ///
    /// A queue that cannot be consumed holds this up only until the broker has said so.
    case connected(UInt64)
    /// Everything that has arrived since the last event.
    case deliveries([RabbitMQDelivery])
    /// A queue is not consumed any more, or cannot be: it was deleted, the broker closed the channel, or refused a
    /// declaration.
    ///
    /// It is tried again without further ado.
    case cancelled(queue: String, RabbitMQError)
    /// ``RabbitMQConsumer/catchUp(_:label:)`` is done: what these queues had sent before has been among the events by now.
    case caughtUp(queues: [String], label: String)
    /// The connection is gone, and all unsettled deliveries with it: the broker delivers them again.
    case disconnected(RabbitMQError)
}

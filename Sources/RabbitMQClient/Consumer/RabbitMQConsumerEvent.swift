/// What a consumer has to say.
public enum RabbitMQConsumerEvent: Sendable {
    /// There is a connection, for the first time or again; its number is unique in the process.
    case connected(UInt64)
    /// Everything that has arrived since the last event.
    case deliveries([RabbitMQDelivery])
    /// A queue is no longer consumed: it was deleted, or the broker closed the channel.
    ///
    /// It is declared and consumed again without further ado.
    case cancelled(queue: String, RabbitMQError)
    /// The connection is gone, and all unsettled deliveries with it: the broker delivers them again.
    case disconnected(RabbitMQError)
}

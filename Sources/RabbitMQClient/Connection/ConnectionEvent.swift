/// What happens on a connection without having been asked for.
enum ConnectionEvent: Sendable {
    case content(channel: UInt16, Content)
    case confirm(channel: UInt16, ConfirmMethod)
    /// The broker ended a consumer; its queue is gone, or has moved.
    case consumerCancelled(channel: UInt16, consumerTag: String)
    /// The broker closed a channel.
    case channelClosed(channel: UInt16, RabbitMQError)
    /// Whether the broker takes messages on a channel.
    case flow(channel: UInt16, isActive: Bool)
    case blocked(reason: String)
    case unblocked
    /// The socket has taken everything; only reported when asked for.
    case drained
    /// The last event of a connection.
    case closed(RabbitMQError)
}

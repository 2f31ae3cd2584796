/// A message from a queue, to be settled once: acknowledged or rejected.
public struct RabbitMQDelivery: Sendable {
    /// The queue it came from.
    public let queue: String
    /// The message.
    public let message: RabbitMQMessage
    /// Whether it may have been delivered before.
    public let isRedelivered: Bool
    /// The broker's number for it, counted from 1 on the channel that delivered it.
    public let deliveryTag: UInt64
    /// The incarnation of the channel that delivered it, unique in the process.
    ///
    /// It can be settled there and nowhere else: once that channel is gone, the broker delivers the message again.
    public let session: UInt64
    /// The size of the body as it was published, in bytes.
    public let bodySize: UInt64

    /// Whether the body was left out for being larger than the configuration allows.
    public var isBodyOmitted: Bool { self.bodySize != UInt64(self.message.body.count) }

    /// What the delivery is settled by.
    public var tag: RabbitMQDeliveryTag { RabbitMQDeliveryTag(session: self.session, tag: self.deliveryTag) }
}

/// What a delivery is settled by: its number, which means something only on the channel that delivered it.
public struct RabbitMQDeliveryTag: Hashable, Sendable {
    /// The channel's number among all of this process.
    public let session: UInt64
    /// The delivery's number on the channel.
    public let tag: UInt64

    /// Names a delivery.
    ///
    /// - Parameters:
    ///   - session: The channel's number.
    ///   - tag: The delivery's number on the channel.
    public init(session: UInt64, tag: UInt64) {
        self.session = session
        self.tag = tag
    }
}

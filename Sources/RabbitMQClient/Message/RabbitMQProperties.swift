/// What a message says about itself.
///
/// Text that is received but is not UTF-8 reads as missing.
public struct RabbitMQProperties: Hashable, Sendable {
    /// The body's media type, such as `application/json`.
    public var contentType: String?
    /// The body's encoding, such as `gzip`.
    public var contentEncoding: String?
    /// Named values of any kind.
    public var headers: [String: RabbitMQFieldValue]
    /// Whether the broker keeps the message through a restart, in a durable queue.
    public var isPersistent: Bool
    /// The priority, for queues that have priorities.
    public var priority: UInt8?
    /// What the message answers or belongs to.
    public var correlationID: String?
    /// Where an answer should go.
    public var replyTo: String?
    /// How long the message may wait, as RabbitMQ's milliseconds in text.
    public var expiration: String?
    /// The message's identity.
    public var messageID: String?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    /// What kind of message it is.
    public var type: String?
    /// The user who published it; the broker checks it.
    public var userID: String?
    /// The application that published it.
    public var appID: String?

    /// Makes properties; all but persistence may be set later.
    ///
    /// - Parameters:
    ///   - messageID: The message's identity.
    ///   - type: What kind of message it is.
    ///   - contentType: The body's media type.
    ///   - headers: Named values of any kind.
    ///   - isPersistent: Whether the broker keeps the message through a restart.
    public init(
        messageID: String? = nil,
        type: String? = nil,
        contentType: String? = nil,
        headers: [String: RabbitMQFieldValue] = [:],
        isPersistent: Bool = true
    ) {
        self.messageID = messageID
        self.type = type
        self.contentType = contentType
        self.headers = headers
        self.isPersistent = isPersistent
    }
}

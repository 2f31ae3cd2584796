/// A submission as its producer published it: properties and body, before anything is believed of them.
public struct SubmittedMessage: Sendable, Hashable {
    /// The queue of jobs it came through.
    public var queue: String
    /// Where it was published.
    public var exchange: String
    /// The key it was published with.
    public var routingKey: String
    /// What the body is.
    public var contentType: String?
    /// How the body is packed.
    public var contentEncoding: String?
    /// The job's name.
    public var type: String?
    /// The producer's name for it.
    public var messageID: String?
    /// Whose account published it, as the broker has checked.
    public var userID: String?
    /// What the program calls itself.
    public var appID: String?
    /// What it belongs to.
    public var correlationID: String?
    /// Where an answer would be expected.
    public var replyTo: String?
    /// When it was published, by the producer, in seconds since 1970.
    public var timestamp: UInt64?
    /// Higher runs earlier.
    public var priority: UInt8?
    /// After how long the broker was to drop it.
    public var expiration: String?
    /// What else is said of it.
    public var headers: [String: SubmittedValue]
    /// The body; empty when it was too large to be taken.
    public var body: [UInt8]
    /// How long the body was, in bytes.
    public var bodySize: Int

    /// Creates a message without properties.
    ///
    /// - Parameters:
    ///   - queue: The queue of jobs it came through.
    ///   - exchange: Where it was published.
    ///   - routingKey: The key it was published with.
    ///   - body: The body.
    ///   - bodySize: How long the body was, in bytes, where it is not all there.
    public init(queue: String, exchange: String, routingKey: String, body: [UInt8], bodySize: Int? = nil) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.bodySize = bodySize ?? body.count
        headers = [:]
    }

    /// Who published it, as far as is known: the account, or else the exchange.
    ///
    /// Rejects are published with this key.
    public var producer: String {
        if let userID, !userID.isEmpty { userID } else { exchange }
    }
}

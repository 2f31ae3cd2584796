/// What a broker says, other than content.
enum IncomingMethod: Hashable, Sendable {
    /// The answer to a request.
    case reply(MethodReply)
    case connectionClose(CloseReason)
    case connectionBlocked(reason: String)
    case connectionUnblocked
    case channelClose(CloseReason)
    case channelFlow(isActive: Bool)
    case cancel(consumerTag: String, expectsReply: Bool)
    case confirm(ConfirmMethod)
    /// A header and a body follow.
    case content(ContentMethod)
    /// A method that this client never asks for.
    case unknown(MethodNumber)
}

/// The answer to a request; which fields mean something depends on the method.
struct MethodReply: Hashable, Sendable {
    let method: MethodNumber
    var queue: String = ""
    var messageCount: UInt32 = 0
    var consumerCount: UInt32 = 0
    var consumerTag: String = ""
    /// The message that a get fetched.
    var content: Content?
}

/// What became of published messages.
struct ConfirmMethod: Hashable, Sendable {
    let tag: UInt64
    /// Whether it speaks of all messages up to the tag.
    let isMultiple: Bool
    let isPositive: Bool
}

/// A method that a header and a body follow.
struct ContentMethod: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case delivery(consumerTag: String, deliveryTag: UInt64, isRedelivered: Bool)
        case fetched(deliveryTag: UInt64, isRedelivered: Bool)
        case returned(CloseReason)
    }

    let kind: Kind
    let exchange: String
    let routingKey: String
}

/// A method together with its header and body.
struct Content: Hashable, Sendable {
    let kind: ContentMethod.Kind
    let message: RabbitMQMessage
    /// The size of the body as it was published; the body itself is left out if it is too large.
    let bodySize: UInt64
}

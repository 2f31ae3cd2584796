extension RabbitMQError {
    /// The error that a broker gave for closing a channel.
    static func channelClosed(_ reason: CloseReason) -> RabbitMQError {
        let code: Code =
            switch reason.replyCode {
            case 403: .accessRefused
            case 404: .notFound
            case 405: .resourceLocked
            case 406: .preconditionFailed
            default: .channelClosed
            }
        return RabbitMQError(
            code: code,
            message: "The broker closed the channel: \(reason.text)",
            replyCode: reason.replyCode
        )
    }

    /// The error that a broker gave for closing the connection.
    static func connectionClosed(_ reason: CloseReason) -> RabbitMQError {
        RabbitMQError(
            code: .connectionClosed,
            message: "The broker closed the connection: \(reason.text)",
            replyCode: reason.replyCode
        )
    }

    /// Whether a queue that the broker says it does not find is there all the same: on a node that is down, or failing.
    var saysQueueIsDown: Bool {
        ["down or inaccessible", "has crashed", "is stopped"].contains { self.message.contains($0) }
    }

    static func connectionLost(_ message: String) -> RabbitMQError {
        RabbitMQError(code: .connectionLost, message: message)
    }

    static func protocolViolation(_ message: String) -> RabbitMQError {
        RabbitMQError(code: .protocolViolation, message: message)
    }

    static func invalidMessage(_ message: String) -> RabbitMQError {
        RabbitMQError(code: .invalidMessage, message: message)
    }

    static let closedHere = RabbitMQError(code: .connectionClosed, message: "The connection was closed by this side")
}

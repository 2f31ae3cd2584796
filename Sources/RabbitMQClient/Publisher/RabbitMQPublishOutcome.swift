/// What became of a published message.
public struct RabbitMQPublishOutcome: Sendable {
    /// The kinds of outcome.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case confirmed
            case returned
            case nacked
            case unanswered
            case notConnected
            case blocked
            case invalid
        }

        private let value: Value

        private init(_ value: Value) {
            self.value = value
        }

        /// The broker has taken the message on, to a queue at least.
        public static let confirmed = Kind(.confirmed)
        /// No queue takes messages of that exchange and routing key.
        public static let returned = Kind(.returned)
        /// The broker refused it: the queue is full, or the broker failed.
        public static let nacked = Kind(.nacked)
        /// It was sent, and the connection or channel ended before the answer: the broker may or may not have it.
        public static let unanswered = Kind(.unanswered)
        /// It was not sent, for there was no connection.
        public static let notConnected = Kind(.notConnected)
        /// It was not sent, for the broker has run short of memory or disk and takes no messages.
        public static let blocked = Kind(.blocked)
        /// It cannot be put into AMQP frames, and was not sent.
        public static let invalid = Kind(.invalid)

        /// The kind's name.
        public var description: String { self.value.rawValue }
    }

    /// The kind of outcome.
    public let kind: Kind
    /// Why, unless it is confirmed.
    public let error: RabbitMQError?

    /// Whether the broker has the message; otherwise publish it again.
    public var isConfirmed: Bool { self.kind == .confirmed }

    init(_ kind: Kind, _ error: RabbitMQError? = nil) {
        self.kind = kind
        self.error = error
    }
}

extension RabbitMQPublishOutcome: CustomStringConvertible {
    /// The kind, and why.
    public var description: String {
        self.error.map { "\(self.kind): \($0.message)" } ?? "\(self.kind)"
    }
}

extension RabbitMQPublishOutcome {
    static func returned(_ reason: CloseReason) -> RabbitMQPublishOutcome {
        let message = "The broker returned the message: \(reason.text)"
        return .init(.returned, RabbitMQError(code: .notFound, message: message, replyCode: reason.replyCode))
    }

    static let nacked = Self(
        .nacked,
        RabbitMQError(code: .rejected, message: "The broker refused the message; its queue may be full")
    )
}

/// What went wrong between this client and a RabbitMQ broker.
public struct RabbitMQError: Error, Sendable {
    /// What kind of error it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case invalidConfiguration
            case invalidMessage
            case connectFailed
            case refused
            case insecure
            case connectionLost
            case connectionClosed
            case channelClosed
            case preconditionFailed
            case notFound
            case accessRefused
            case resourceLocked
            case blocked
            case rejected
            case timeout
            case protocolViolation
            case notRunning
        }

        private let value: Value

        private init(_ value: Value) {
            self.value = value
        }

        /// The configuration cannot work as it stands.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// A message cannot be put into AMQP frames; nothing was sent.
        public static let invalidMessage = Code(.invalidMessage)
        /// No broker was reached.
        public static let connectFailed = Code(.connectFailed)
        /// The broker turned the log-in down: user, password or virtual host.
        public static let refused = Code(.refused)
        /// TLS could not be agreed on: the broker's certificate is not accepted, or it does not accept this side's.
        public static let insecure = Code(.insecure)
        /// The connection broke, or its peer fell silent.
        public static let connectionLost = Code(.connectionLost)
        /// The broker, or this side, closed the connection.
        public static let connectionClosed = Code(.connectionClosed)
        /// The broker closed the channel for a reason that has no code of its own here.
        public static let channelClosed = Code(.channelClosed)
        /// Something exists already with other attributes, or a delivery tag is unknown (406).
        public static let preconditionFailed = Code(.preconditionFailed)
        /// An exchange or queue does not exist (404).
        public static let notFound = Code(.notFound)
        /// The user lacks a permission (403).
        public static let accessRefused = Code(.accessRefused)
        /// A queue is exclusive to another connection (405).
        public static let resourceLocked = Code(.resourceLocked)
        /// The broker takes no messages for the time being: it runs short of memory or disk, or has asked for a pause.
        public static let blocked = Code(.blocked)
        /// The broker did not take a message (nack): its queue is full, or the broker failed.
        public static let rejected = Code(.rejected)
        /// The broker did not answer in time.
        public static let timeout = Code(.timeout)
        /// The peer sent what AMQP 0-9-1 does not allow.
        public static let protocolViolation = Code(.protocolViolation)
        /// The service is not running, or has ended.
        public static let notRunning = Code(.notRunning)

        /// The code's name.
        public var description: String { self.value.rawValue }
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened, for a person.
    public let message: String
    /// The broker's AMQP reply code, if it gave one.
    public let replyCode: UInt16?
    /// The error that caused this one.
    public let underlyingError: (any Error)?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: What kind of error it is.
    ///   - message: What happened, for a person.
    ///   - replyCode: The broker's AMQP reply code, if it gave one.
    ///   - underlyingError: The error that caused this one.
    public init(code: Code, message: String, replyCode: UInt16? = nil, underlyingError: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.replyCode = replyCode
        self.underlyingError = underlyingError
    }
}

extension RabbitMQError: CustomStringConvertible {
    /// The code and the message.
    public var description: String {
        let cause = self.underlyingError.map { " (\($0))" } ?? ""
        return "RabbitMQError(\(self.code)): \(self.message)\(cause)"
    }
}

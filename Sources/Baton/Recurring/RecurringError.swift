/// Why an entry cannot be set, or is disabled.
public struct RecurringError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case invalidID, invalidSchedule, unknownTimeZone, invalidPolicy
        }

        private let value: Value

        /// An entry's id is empty, too long or not printable.
        public static let invalidID = Code(value: .invalidID)
        /// A cron expression, or a length of time, cannot be read or never comes true.
        public static let invalidSchedule = Code(value: .invalidSchedule)
        /// There is no time zone of that name.
        public static let unknownTimeZone = Code(value: .unknownTimeZone)
        /// A policy is out of range, or one that this version does not know.
        public static let invalidPolicy = Code(value: .invalidPolicy)

        /// The code's name.
        public var description: String { value.rawValue }
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened and what to do about it.
    public let message: String
    /// The cause.
    public let underlyingError: (any Error)?

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: What kind of error it is.
    ///   - message: What happened and what to do about it.
    ///   - underlyingError: The cause, or `nil`.
    public init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlyingError = underlyingError
    }

    /// Code and message.
    public var description: String { "\(code): \(message)" }
}

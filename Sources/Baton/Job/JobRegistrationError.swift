/// Why a set of jobs cannot be registered together.
public struct JobRegistrationError: Error, Sendable {
    /// What kind of error it is.
    public var code: Code

    /// What happened, and what to do about it.
    public var message: String

    /// The error that caused this one, if there is one.
    public var underlyingError: (any Error)?

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: What kind of error it is.
    ///   - message: What happened, and what to do about it.
    ///   - underlyingError: The error that caused this one.
    public init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlyingError = underlyingError
    }
}

extension JobRegistrationError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}

extension JobRegistrationError {
    /// The kinds of ``JobRegistrationError``.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Wrapped: String {
            case duplicateName
            case invalidDeclaration
            case receiverNeeded
        }

        private let wrapped: Wrapped

        /// Two jobs have the same name or alias.
        public static let duplicateName = Code(wrapped: .duplicateName)

        /// A job's name, queue or another option is not allowed.
        public static let invalidDeclaration = Code(wrapped: .invalidDeclaration)

        /// A type was registered without an instance, and has a job that is called on one.
        public static let receiverNeeded = Code(wrapped: .receiverNeeded)

        /// The code's name.
        public var description: String { wrapped.rawValue }
    }
}

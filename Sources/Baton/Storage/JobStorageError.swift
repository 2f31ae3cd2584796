/// An error of a storage.
public struct JobStorageError: Error, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case unavailable, outcomeUnknown, refused, schemaMismatch
        }

        private let value: Value

        /// The storage cannot be reached; nothing changed.
        ///
        /// Try again.
        public static let unavailable = Code(value: .unavailable)
        /// The answer was lost; the change may or may not be stored.
        ///
        /// Repeat it with the same ids.
        public static let outcomeUnknown = Code(value: .outcomeUnknown)
        /// The storage refused the change for good; nothing changed.
        public static let refused = Code(value: .refused)
        /// The stored schema is not the one this version works with.
        public static let schemaMismatch = Code(value: .schemaMismatch)

        /// The code's name.
        public var description: String {
            value.rawValue
        }
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened and what to do about it.
    public let message: String
    /// The cause.
    public let underlyingError: (any Error)?

    /// Whether what was to be stored may be the reason of a refusal; otherwise it is the storage's own state: missing rights,
    /// a damaged index.
    package var blamesInput = true

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

    /// Whether the same call may succeed later.
    public var isTransient: Bool {
        code == .unavailable || code == .outcomeUnknown
    }

    /// Code and message.
    public var description: String {
        "\(code): \(message)"
    }
}

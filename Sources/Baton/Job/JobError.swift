/// Why a job could not be written down, read back or named.
public struct JobError: Error, Sendable {
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

extension JobError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}

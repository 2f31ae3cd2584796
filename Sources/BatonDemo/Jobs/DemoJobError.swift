/// Why a job of the demonstration failed.
struct DemoJobError: Error, CustomStringConvertible {
    /// The kinds of error.
    enum Code: String {
        case failedOnPurpose
        case inputNotConfigured
        case pathRefused
        case fileUnreadable
    }

    /// What kind of error it is.
    let code: Code
    /// What happened and what to do about it.
    let message: String
    /// The cause, if there is one.
    let underlyingError: (any Error)?

    init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlyingError = underlyingError
    }

    var description: String { message }
}

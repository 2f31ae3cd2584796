import Baton
import PostgresClient

/// An error this program ends with.
struct DemoError: Error {
    /// The exit code.
    let code: DemoExitCode
    /// What happened and what to do about it.
    let message: String
    /// The cause, if there is one.
    let underlyingError: (any Error)?

    init(_ code: DemoExitCode, _ message: String, underlyingError: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlyingError = underlyingError
    }

    /// Finds the exit code for an error from below.
    ///
    /// It is `nil` for an error of the argument parser, which knows its own.
    ///
    /// - Parameter error: Any error.
    init?(reporting error: any Error) {
        switch error {
        case let error as DemoError:
            self = error
        case let error as JobError:
            self.init(.invalidArguments, error.message, underlyingError: error)
        case let error as JobStorageError:
            self.init(error.isTransient ? .unreachable : .failure, error.message, underlyingError: error)
        case let error as PostgresError:
            self.init(error.isRetryable ? .unreachable : .failure, error.message, underlyingError: error)
        case is CancellationError:
            self.init(.interrupted, "interrupted", underlyingError: error)
        default:
            return nil
        }
    }
}

import Baton
import RabbitMQClient

/// An error this program ends with.
struct CLIError: Error {
    /// The exit code.
    let code: CLIExitCode
    /// What happened and what to do about it; `nil` when the output has said it.
    let message: String?
    /// The cause, if there is one.
    let underlyingError: (any Error)?

    init(_ code: CLIExitCode, _ message: String? = nil, underlyingError: (any Error)? = nil) {
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
        case let error as CLIError:
            self = error
        case let error as JobStorageError:
            let code: CLIExitCode =
                switch error.code {
                case .unavailable, .outcomeUnknown: .unreachable
                case .schemaMismatch: .schemaMismatch
                default: .failure
                }
            self.init(code, error.message, underlyingError: error)
        case let error as RecurringError:
            self.init(.refused, error.message, underlyingError: error)
        case let error as JobError:
            self.init(.refused, error.message, underlyingError: error)
        case let error as RabbitMQError:
            self.init(.unreachable, "RabbitMQ: \(error.message)", underlyingError: error)
        default:
            return nil
        }
    }
}

import Baton
import PostgresClient
import RabbitMQClient

/// An error this program ends with.
struct BenchError: Error, CustomStringConvertible {
    /// The kinds of errors.
    struct Code: Sendable, Hashable {
        /// What the process ends with.
        let exitCode: Int32

        /// A measurement did not come to its end, or a job did not succeed.
        static let failure = Code(exitCode: 1)
        /// A setting is missing or not valid.
        static let notConfigured = Code(exitCode: 7)
        /// PostgreSQL or RabbitMQ cannot be reached or refuses.
        static let unreachable = Code(exitCode: 8)
        /// The database may lose what it has committed, so its figures would mean nothing.
        static let notDurable = Code(exitCode: 9)
        /// Ended by a signal.
        static let interrupted = Code(exitCode: 11)
    }

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

    /// Finds the words for an error from below.
    ///
    /// It is `nil` for an error of the argument parser, which knows its own.
    ///
    /// - Parameter error: Any error.
    init?(reporting error: any Error) {
        switch error {
        case let error as BenchError:
            self = error
        case let error as JobStorageError:
            self.init(error.isTransient ? .unreachable : .failure, error.message, underlyingError: error)
        case let error as PostgresError:
            self.init(error.isRetryable ? .unreachable : .failure, error.message, underlyingError: error)
        case let error as RabbitMQError:
            self.init(.unreachable, error.message, underlyingError: error)
        case let error as JobServerError:
            self.init(.notConfigured, error.message, underlyingError: error)
        case is CancellationError:
            self.init(.interrupted, "interrupted", underlyingError: error)
        default:
            return nil
        }
    }

    var description: String { message }
}

/// Why a request shall end before its time.
enum Interruption: Sendable {
    case cancelled
    case timeout(Duration)

    /// What the caller is told when the server has not confirmed.
    func error(underlyingError: (any Error)? = nil) -> PostgresError {
        switch self {
        case .cancelled:
            PostgresError(
                .cancelled,
                "The task was cancelled while its statements ran",
                underlyingError: underlyingError
            )
        case .timeout(let timeout):
            PostgresError(.timeout, "The statements took longer than \(timeout)", underlyingError: underlyingError)
        }
    }

    /// What the caller is told when there was nothing to be sent yet.
    var errorBeforeSending: PostgresError {
        switch self {
        case .cancelled: .cancelledBeforeSending
        case .timeout(let timeout): PostgresError(.timeout, "The statements could not be sent within \(timeout)")
        }
    }

    /// What the caller is told when the statements ended with an error, which need not be the cancel request's doing.
    func explaining(_ error: PostgresError) -> PostgresError {
        guard error.sqlState == .queryCanceled else { return error }
        var explained = self.error(underlyingError: error)
        explained.sqlState = error.sqlState
        return explained
    }
}

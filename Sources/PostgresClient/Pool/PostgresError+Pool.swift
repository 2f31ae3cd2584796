extension PostgresError {
    /// Tells somebody why there is no connection.
    init(
        _ refusal: PoolStateMachine.Refusal,
        timeout: Duration,
        isRunning: Bool,
        lastConnectError: PostgresError?
    ) {
        switch refusal {
        case .closed:
            self.init(.poolClosed, "The client has been shut down")
        case .cancelled:
            self.init(.cancelled, "The task was cancelled while it waited for a connection")
        case .timeout:
            let reason =
                if !isRunning {
                    "the client is not running"
                } else if let lastConnectError {
                    "the last attempt to connect failed: \(lastConnectError.message)"
                } else {
                    "all connections are in use"
                }
            self.init(.poolTimeout, "No connection within \(timeout): \(reason)", underlyingError: lastConnectError)
            self.sqlState = lastConnectError?.sqlState
        }
    }
}

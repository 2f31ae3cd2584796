extension PoolStateMachine {
    /// Names a connection, from before it is made.
    struct ConnectionID: Hashable, Sendable {
        let value: Int
    }

    /// Names somebody who wants a connection.
    struct RequestID: Hashable, Sendable {
        let value: Int
    }

    struct Configuration: Sendable {
        var minimumConnections = 0
        var maximumConnections = 4
        var idleTimeout: Duration = .seconds(60)
        var leaseTimeout: Duration = .seconds(30)
        var minimumBackoff: Duration = .milliseconds(100)
        var maximumBackoff: Duration = .seconds(5)
    }

    enum Timer: Hashable, Sendable {
        case backoff(ConnectionID)
        // One for all who wait and one for all connections, so that a lease costs no timer.
        case leaseTimeout
        case idleSweep
    }

    enum Refusal: Hashable, Sendable {
        case timeout
        case closed
        case cancelled
    }

    enum Action: Hashable, Sendable {
        case connect(ConnectionID)
        case close(ConnectionID)
        case lease(RequestID, ConnectionID)
        case refuse(RequestID, Refusal)
        case schedule(Timer, Duration)
        case cancel(Timer)
        /// Nothing is left to close, and nothing more will happen.
        case finish
    }
}

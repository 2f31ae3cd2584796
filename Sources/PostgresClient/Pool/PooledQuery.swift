/// Statements on their way through the pool.
///
/// After it has been handed to the pool, everything but being answered without a connection happens on the thread of the
/// connections, one thing after the other.
final class PooledQuery: @unchecked Sendable {
    private enum State {
        case waiting
        case running(PostgresConnection, PipelineStateMachine.RequestID)
        case finished
        // Before it could start.
        case abandoned
    }

    private let statements: [PostgresStatement]
    private var state = State.waiting

    /// Called once, with the results or the error.
    var completion: (PostgresConnection.Outcome) -> Void = { _ in }

    init(_ statements: [PostgresStatement]) {
        self.statements = statements
    }

    /// Runs the statements and hands the connection back.
    func start(on lease: ConnectionPool.Lease, in pool: ConnectionPool) {
        guard case .waiting = self.state else {
            pool.release(lease)
            return self.completion(
                .failure(.cancelledBeforeSending)
            )
        }
        lease.connection.assumeIsolated { connection in
            let request = connection.nextRequest()
            self.state = .running(connection, request)
            connection.submit(self.statements, as: request) { outcome in
                self.state = .finished
                // First, so that the next one is on its way before this one's task wakes up.
                pool.release(lease)
                self.completion(outcome)
            }
        }
    }

    /// Lets the caller go, whose task was cancelled.
    func abandon() {
        switch self.state {
        case .waiting: self.state = .abandoned
        case .running(let connection, let request): connection.assumeIsolated { $0.abandon(request) }
        case .finished, .abandoned: break
        }
    }
}

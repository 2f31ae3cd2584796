/// Statements on their way to a connection and back.
///
/// Its caller waits with a continuation of its own rather than inside the connection's actor: there, Swift resumes on
/// the global pool first, hops back to the actor and then to the caller, which are two changes of threads for nothing.
///
/// Once it has been handed over, it belongs to the thread of the connections.
final class PendingRequest: @unchecked Sendable {
    private enum State {
        case waiting
        case running(PostgresConnection, PipelineStateMachine.RequestID)
        case finished
        // Before it could start.
        case abandoned
    }

    private let statements: [PostgresStatement]
    private var state = State.waiting
    private var completion: (PostgresConnection.Outcome) -> Void = { _ in }

    init(_ statements: [PostgresStatement]) throws(PostgresError) {
        for statement in statements { try statement.validate() }
        self.statements = statements
    }

    // The isolation is a parameter, and captured, because a closure without it would hop away from the caller's actor
    // and back.

    /// Hands the request over and waits until it is finished.
    func outcome(
        isolation: isolated (any Actor)? = #isolation,
        handOver: () -> Void
    ) async -> PostgresConnection.Outcome {
        await withUnsafeContinuation(isolation: isolation) { continuation in
            self.completion = { continuation.resume(returning: $0) }
            handOver()
        }
    }

    /// Hands the request over and waits until it is finished or the task is cancelled.
    func outcome(
        isolation: isolated (any Actor)? = #isolation,
        handOver: () -> Void,
        onCancel: @Sendable () -> Void
    ) async -> PostgresConnection.Outcome {
        await withTaskCancellationHandler {
            await self.outcome(isolation: isolation, handOver: handOver)
        } onCancel: {
            onCancel()
        }
    }

    /// Ends a request that has not been started.
    func fail(_ error: PostgresError) {
        self.completion(.failure(error))
    }

    /// Sends the statements; `whenOver` is called just before the caller is told.
    func start(on connection: PostgresConnection, whenOver: @escaping @Sendable () -> Void) {
        guard case .waiting = self.state else {
            whenOver()
            return self.completion(.failure(.cancelledBeforeSending))
        }
        connection.assumeIsolated { connection in
            let id = connection.nextRequest()
            self.state = .running(connection, id)
            connection.submit(self.statements, as: id) { outcome in
                self.state = .finished
                whenOver()
                self.completion(outcome)
            }
        }
    }

    /// Lets the caller go, whose task was cancelled.
    func abandon() {
        switch self.state {
        case .waiting: self.state = .abandoned
        case .running(let connection, let id): connection.assumeIsolated { $0.abandon(id) }
        case .finished, .abandoned: break
        }
    }
}

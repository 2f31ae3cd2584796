import PollExecutor
import Synchronization

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
    private let timeout: Duration?
    private var state = State.waiting
    private var timer: PollTimer?
    private var completion: (PostgresConnection.Outcome) -> Void = { _ in }
    // A continuation that is resumed before its task suspends hands over without a lock or an atomic that
    // ThreadSanitizer could see; this one it sees.
    private let isPublished = Atomic(false)

    init(_ statements: [PostgresStatement], timeout: Duration?) throws(PostgresError) {
        for statement in statements { try statement.validate() }
        self.statements = statements
        self.timeout = timeout
    }

    // The isolation is a parameter, and captured, because a closure without it would hop away from the caller's actor
    // and back.

    /// Hands the request over and waits until it is finished.
    func outcome(
        isolation: isolated (any Actor)? = #isolation,
        handOver: () -> Void
    ) async -> PostgresConnection.Outcome {
        let outcome = await withUnsafeContinuation(isolation: isolation) { continuation in
            self.completion = {
                self.isPublished.store(true, ordering: .releasing)
                continuation.resume(returning: $0)
            }
            handOver()
        }
        _ = self.isPublished.load(ordering: .acquiring)
        return outcome
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
        self.complete(.failure(error))
    }

    private func complete(_ outcome: PostgresConnection.Outcome) {
        let completion = self.completion
        // It refers back to this object.
        self.completion = { _ in }
        completion(outcome)
    }

    /// Sends the statements; `whenOver` is called just before the caller is told.
    func start(on connection: PostgresConnection, whenOver: @escaping @Sendable () -> Void) {
        guard case .waiting = self.state else {
            whenOver()
            return self.complete(.failure(.cancelledBeforeSending))
        }
        connection.assumeIsolated { connection in
            let id = connection.nextRequest()
            self.state = .running(connection, id)
            connection.submit(self.statements, as: id) { [executor = connection.executor] outcome in
                self.state = .finished
                if let timer = self.timer { executor.cancel(timer) }
                whenOver()
                self.complete(outcome)
            }
            guard let timeout = self.timeout ?? connection.statementTimeout, case .running = self.state else { return }
            self.timer = connection.executor.schedule(after: timeout) { self.interrupt(.timeout(timeout)) }
        }
    }

    /// Ends the request before its time.
    func interrupt(_ interruption: Interruption) {
        switch self.state {
        case .waiting: self.state = .abandoned
        case .running(let connection, let id): connection.assumeIsolated { $0.interrupt(id, interruption) }
        case .finished, .abandoned: break
        }
    }
}

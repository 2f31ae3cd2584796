import Locking
import PollExecutor

/// An attempt to connect that ends once: by its thread, by its deadline or by cancellation.
final class ConnectAttempt: Sendable {
    typealias Outcome = Result<ConnectionHandle, PostgresError>

    private enum State {
        case initialized
        case waiting(UnsafeContinuation<Outcome, Never>)
        // Cancelled before it began.
        case decided(Outcome)
        case finished
    }

    private let state = Locked(State.initialized)

    func start(_ continuation: UnsafeContinuation<Outcome, Never>) {
        let outcome: Outcome? = self.state.withLock { state in
            if case .decided(let outcome) = state {
                state = .finished
                return outcome
            }
            state = .waiting(continuation)
            return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    /// Takes the lock once more after the wait: ThreadSanitizer does not see what a continuation orders.
    func acknowledge() {
        self.state.withLock { _ in }
    }

    /// Ends the attempt, unless it has ended already: a connection that comes too late is closed as it goes.
    func finish(_ outcome: Outcome) {
        let continuation: UnsafeContinuation<Outcome, Never>? = self.state.withLock { state in
            switch state {
            case .initialized:
                state = .decided(outcome)
                return nil
            case .waiting(let continuation):
                state = .finished
                return continuation
            case .decided, .finished:
                return nil
            }
        }
        continuation?.resume(returning: outcome)
    }
}

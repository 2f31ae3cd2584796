import Locking
import PollExecutor

/// An attempt to connect that ends once: by its thread, by its deadline, or because nobody wants it any more.
final class ConnectAttempt: Sendable {
    typealias Outcome = Result<ConnectionHandle, RabbitMQError>

    private enum State {
        case initialized
        case waiting(CheckedContinuation<Outcome, Never>)
        /// Ended before it began.
        case decided(Outcome)
        case finished
    }

    private let state = Locked(State.initialized)

    func start(_ continuation: CheckedContinuation<Outcome, Never>) {
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

    /// Ends the attempt, unless it has ended already: a connection that comes too late is closed as it goes.
    func finish(_ outcome: Outcome) {
        let continuation: CheckedContinuation<Outcome, Never>? = self.state.withLock { state in
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

    /// Ends the attempt because nobody wants it any more.
    func abandon() {
        self.finish(.failure(.closedHere))
    }
}

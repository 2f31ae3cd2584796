import Locking

/// The answers to parts of a transaction that are sent without waiting for those before them.
final class PartAnswers: Sendable {
    private struct State {
        var open = 0
        /// The first part's that failed: later ones only say that it has.
        var failure: (index: Int, error: PostgresError)?
        var waiter: (limit: Int, continuation: UnsafeContinuation<Void, Never>)?
    }

    private let state = Locked(State())

    /// The error of the first part that has failed.
    var error: PostgresError? { self.state.withLock { $0.failure?.error } }

    /// Notes that a part is sent.
    func open() {
        self.state.withLock { $0.open += 1 }
    }

    /// Takes the answer to a part.
    func close(_ index: Int, _ outcome: PostgresConnection.Outcome) {
        let waiter = self.state.withLock { state -> UnsafeContinuation<Void, Never>? in
            state.open -= 1
            if case .failure(let error) = outcome, state.failure.map({ index < $0.index }) ?? true {
                state.failure = (index, error)
            }
            guard let waiter = state.waiter, state.open <= waiter.limit else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }

    /// Waits until no more than so many answers are to come; one caller at a time.
    nonisolated(nonsending) func wait(untilOpen limit: Int) async {
        await withUnsafeContinuation { continuation in
            let isReached = self.state.withLock { state in
                if state.open <= limit { return true }
                state.waiter = (limit, continuation)
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}

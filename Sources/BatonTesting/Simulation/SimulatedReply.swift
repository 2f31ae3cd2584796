import Baton
import Locking

/// An answer that is under way, and the caller who waits for it.
///
/// A caller who is cancelled waits no longer; what was asked for happens all the same.
final class SimulatedReply<Answer: Sendable>: Sendable {
    typealias Outcome = Result<Answer, JobStorageError>

    private struct State {
        var outcome: Outcome?
        var caller: CheckedContinuation<Outcome, Never>?
    }

    private let state = Locked(State())

    /// Answers; the first answer counts.
    func send(_ outcome: Outcome) {
        let caller = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            return state.caller.take()
        }
        caller?.resume(returning: outcome)
    }

    /// Waits for the answer.
    ///
    /// - Parameter cancelled: The answer of a caller who is cancelled.
    /// - Returns: The answer.
    func wait(orElse cancelled: JobStorageError) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state in
                    if state.outcome == nil { state.caller = continuation }
                    return state.outcome
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            send(.failure(cancelled))
        }
    }
}

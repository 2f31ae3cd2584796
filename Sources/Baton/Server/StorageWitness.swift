import Locking

/// How long this server has seen storage answer without a break.
///
/// A lease counts as over only if storage could be reached for a whole lease before: an outage kills nobody
/// (PROTOCOL section 3).
final class StorageWitness: Sendable {
    private struct State {
        var since: JobInstant?
        var last: JobInstant?
    }

    private let patience: Duration
    private let state = Locked(State())

    /// Creates a witness that has seen nothing.
    ///
    /// - Parameter patience: The longest time between answers, and from question to answer, that is no break.
    init(patience: Duration) {
        self.patience = patience
    }

    /// Storage answered.
    ///
    /// - Parameters:
    ///   - sentAt: When it was asked.
    ///   - now: The present.
    func answered(sentAt: JobInstant, at now: JobInstant) {
        state.withLock { state in
            let isSlow = sentAt.duration(to: now) > patience
            let isLate = state.last.map { $0.duration(to: now) > patience } ?? true
            if state.since == nil || isSlow || isLate {
                state.since = now
            }
            state.last = now
        }
    }

    /// Storage did not answer.
    func failed() {
        state.withLock { $0.since = nil }
    }

    /// Whether storage has answered without a break for a while, up to now.
    ///
    /// - Parameters:
    ///   - duration: How long.
    ///   - now: The present.
    /// - Returns: Whether it has.
    func hasSeen(_ duration: Duration, at now: JobInstant) -> Bool {
        state.withLock { state in
            guard let since = state.since, let last = state.last else { return false }
            return since.duration(to: now) >= duration && last.duration(to: now) <= patience
        }
    }
}

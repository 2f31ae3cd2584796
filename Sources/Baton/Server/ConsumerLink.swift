import Locking

/// Whether a server's consumer is connected, and since when it is not.
final class ConsumerLink: Sendable {
    private enum State {
        case starting(since: JobInstant?)
        case connected
        case lost(since: JobInstant)
    }

    private let state = Locked(State.starting(since: nil))
    private let changes = Wakeup()

    /// Whether nothing is delivered at the moment.
    var isLost: Bool {
        state.withLock { if case .connected = $0 { false } else { true } }
    }

    /// The consumer is connected.
    func connected() {
        state.withLock { $0 = .connected }
        changes.ring()
    }

    /// The connection is gone.
    ///
    /// - Parameter now: The present.
    func lost(at now: JobInstant) {
        state.withLock { $0 = .lost(since: now) }
        changes.ring()
    }

    /// Waits until the connection has been gone for a while.
    ///
    /// - Parameters:
    ///   - duration: How long.
    ///   - startDuration: How long where there was none yet, counted from the first such wait.
    ///   - clock: What measures it.
    /// - Throws: `CancellationError` when the task is cancelled.
    func untilLost(for duration: Duration, atStart startDuration: Duration, clock: any JobClock) async throws {
        while true {
            let now = clock.now
            let end: JobInstant? = state.withLock { state in
                switch state {
                case .connected: return nil
                case .lost(let since): return since.advanced(by: duration)
                case .starting(let since):
                    state = .starting(since: since ?? now)
                    return (since ?? now).advanced(by: startDuration)
                }
            }
            guard let end else {
                try await changes.wait()
                continue
            }
            let left = now.duration(to: end)
            guard left > .zero else { return }
            try await changes.wait(atMost: left, clock: clock)
        }
    }
}

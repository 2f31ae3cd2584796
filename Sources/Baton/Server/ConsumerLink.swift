import Locking

/// Whether messages wake a server: its consumer is connected, and the broker takes messages.
final class ConsumerLink: Sendable {
    private enum State {
        case starting(since: JobInstant?)
        case connected
        case lost(since: JobInstant)
    }

    private let state = Locked(State.starting(since: nil))
    private let isRefusing = Locked(false)
    /// Since when a connection waits for leave to consume.
    private let waitingSince: @Sendable () -> JobInstant?
    private let changes: Wakeup

    /// Creates a link that is starting.
    ///
    /// - Parameters:
    ///   - waitingSince: Since when a connection waits for leave to consume, if one does: nothing is delivered meanwhile.
    ///   - changes: Rung when that changes.
    init(waitingSince: @escaping @Sendable () -> JobInstant?, changes: Wakeup) {
        self.waitingSince = waitingSince
        self.changes = changes
    }

    /// Whether jobs are not to wait for their messages at the moment.
    var isLost: Bool {
        isRefusing.withLock(\.self) || waitingSince() != nil
            || state.withLock { if case .connected = $0 { false } else { true } }
    }

    /// The consumer is connected.
    func connected() {
        state.withLock { $0 = .connected }
        changes.ring()
    }

    /// The broker takes no messages, or takes them again: one that is short of memory or disk still delivers what it has.
    ///
    /// - Parameter isRefusing: Whether it takes none.
    func refuses(_ isRefusing: Bool) {
        let hasChanged = self.isRefusing.withLock { old in
            defer { old = isRefusing }
            return old != isRefusing
        }
        if hasChanged { changes.ring() }
    }

    /// The connection is gone.
    ///
    /// - Parameter now: The present.
    func lost(at now: JobInstant) {
        state.withLock { $0 = .lost(since: now) }
        changes.ring()
    }

    /// Waits until the connection has been gone, or has not consumed, for a while, or the broker takes no messages.
    ///
    /// - Parameters:
    ///   - duration: How long.
    ///   - startDuration: How long where there was none yet, counted from the first such wait.
    ///   - clock: What measures it.
    /// - Throws: `CancellationError` when the task is cancelled.
    func untilLost(for duration: Duration, atStart startDuration: Duration, clock: any JobClock) async throws {
        while true {
            if isRefusing.withLock(\.self) { return }
            let now = clock.now
            let end: JobInstant? = state.withLock { state in
                switch state {
                case .connected: return waitingSince()?.advanced(by: duration)
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

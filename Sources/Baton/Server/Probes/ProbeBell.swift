import Locking

/// What wakes the process that takes part in rounds of probing, and what it is woken for.
final class ProbeBell: Sendable {
    private struct State {
        var returns: [ProbeReturn] = []
        var hasHeard = false
    }

    private let state = Locked(State())
    private let wakeup = Wakeup()

    /// There may be something to do.
    func ring() {
        wakeup.ring()
    }

    /// A server has said that there is.
    func hear() {
        state.withLock { $0.hasHeard = true }
        wakeup.ring()
    }

    /// Probes have come back.
    ///
    /// - Parameter returns: The probes.
    func returned(_ returns: [ProbeReturn]) {
        state.withLock { $0.returns += returns }
        wakeup.ring()
    }

    /// Takes what has been said since it was last asked.
    ///
    /// - Returns: The probes that have come back, and whether a server has said that there is something to do.
    func take() -> (returns: [ProbeReturn], hasHeard: Bool) {
        state.withLock { state in
            defer { state = State() }
            return (state.returns, state.hasHeard)
        }
    }

    /// Waits for a ring.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait() async throws {
        try await wakeup.wait()
    }
}

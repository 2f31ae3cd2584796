import Locking

/// A value that tasks wait on, each until it is as that task wants it.
final class Watched<Value: Sendable>: Sendable {
    private struct Waiter {
        let isSatisfied: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var value: Value
        var tickets = 0
        var waiters: [Int: Waiter] = [:]
    }

    private let state: Locked<State>

    /// Makes a watched value.
    ///
    /// - Parameter value: What it is at first.
    init(_ value: Value) {
        state = Locked(State(value: value))
    }

    /// What it is now.
    var value: Value {
        state.withLock { $0.value }
    }

    /// How many tasks wait.
    var waiterCount: Int {
        state.withLock { $0.waiters.count }
    }

    /// Changes the value, and wakes those who have waited for that.
    ///
    /// - Parameter body: The change.
    func change(_ body: (inout Value) -> Void) {
        let woken = state.withLock { state in
            body(&state.value)
            let value = state.value
            let woken = state.waiters.filter { $0.value.isSatisfied(value) }
            for ticket in woken.keys { state.waiters[ticket] = nil }
            return woken.sorted { $0.key < $1.key }.map(\.value.continuation)
        }
        for waiter in woken { waiter.resume() }
    }

    /// Waits until the value is as wanted.
    ///
    /// - Parameter isSatisfied: Whether it is; must not change anything.
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait(until isSatisfied: @escaping @Sendable (Value) -> Bool) async throws {
        try Task.checkCancellation()
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // A cancellation that came before this point found no waiter to wake.
                    guard !Task.isCancelled, !isSatisfied(state.value) else { return true }
                    state.waiters[ticket] = Waiter(isSatisfied: isSatisfied, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.continuation.resume()
        }
        try Task.checkCancellation()
    }
}

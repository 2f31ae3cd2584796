import Synchronization

/// A bell that one loop waits for: rings while nobody waits are kept as one.
final class Wakeup: Sendable {
    private struct State {
        var hasRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the loop, now or when it next waits.
    func ring() {
        let waiter = state.withLock { state in
            state.hasRung = state.waiter == nil
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits for a ring.
    ///
    /// Only one task may wait at a time.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait() async throws {
        try Task.checkCancellation()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    // A cancellation that came first found no waiter and left a ring behind.
                    if state.hasRung {
                        state.hasRung = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isReady {
                    continuation.resume()
                }
            }
        } onCancel: {
            ring()
        }
        try Task.checkCancellation()
    }

    /// Waits for a ring or until a while has passed.
    ///
    /// Only one task may wait at a time.
    ///
    /// - Parameters:
    ///   - duration: How long at most.
    ///   - clock: What measures it.
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait(atMost duration: Duration, clock: any JobClock) async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.wait() }
            group.addTask { try? await clock.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }
}

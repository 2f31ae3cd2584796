import Locking

/// A bell that loops wait for: rings while nobody waits are kept as one.
final class Wakeup: Sendable {
    private struct State {
        var hasRung = false
        var tickets: UInt64 = 0
        /// In the order in which they came, and are woken.
        var waiters: [(ticket: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Locked(State())

    /// How many tasks wait.
    var waiterCount: Int {
        state.withLock { $0.waiters.count }
    }

    /// Wakes all who wait; when nobody does, the next who will.
    func ring() {
        let waiters = state.withLock { state in
            state.hasRung = state.waiters.isEmpty
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters {
            waiter.continuation.resume()
        }
    }

    /// Waits for a ring.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait() async throws {
        try Task.checkCancellation()
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    // A cancellation that came before this point found no waiter to resume.
                    if Task.isCancelled { return true }
                    if state.hasRung {
                        state.hasRung = false
                        return true
                    }
                    state.waiters.append((ticket, continuation))
                    return false
                }
                if isReady {
                    continuation.resume()
                }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
        try Task.checkCancellation()
    }

    /// Waits for a ring or until a while has passed.
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

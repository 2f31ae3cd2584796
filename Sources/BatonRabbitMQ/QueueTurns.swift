internal import Locking

/// Lets one task at a time see to a queue, in the order in which they came.
final class QueueTurns: Sendable {
    private struct Waiter {
        let ticket: UInt64
        let queue: String
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var taken: Set<String> = []
        var waiters: [Waiter] = []
        var tickets: UInt64 = 0
    }

    private let state = Locked(State())

    /// Waits for one's turn at a queue, which is to be left then.
    ///
    /// - Returns: Whether it has come; not when the task is cancelled.
    func take(_ queue: String) async -> Bool {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    // A cancellation that came before this point found no waiter to resume.
                    if Task.isCancelled { return false }
                    if state.taken.insert(queue).inserted { return true }
                    state.waiters.append(Waiter(ticket: ticket, queue: queue, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    /// Leaves a queue to the next.
    func leave(_ queue: String) {
        let next = state.withLock { state -> Waiter? in
            if let index = state.waiters.firstIndex(where: { $0.queue == queue }) {
                return state.waiters.remove(at: index)
            }
            state.taken.remove(queue)
            return nil
        }
        next?.continuation.resume(returning: true)
    }
}

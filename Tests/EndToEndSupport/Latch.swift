import Locking

/// Closed at first, open for good after one ``open()``; what waits at it goes on then.
package final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
        var nextKey = 0
    }

    private let state = Locked(State())

    package init() {}

    /// Whether it has been opened.
    package var isOpen: Bool {
        state.withLock { $0.isOpen }
    }

    /// Opens it.
    package func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting {
            continuation.resume()
        }
    }

    /// Waits until it is open.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func wait() async throws {
        let key = state.withLock { state in
            state.nextKey += 1
            return state.nextKey
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    // Checked under the lock: a cancellation before this leaves nothing behind to resume.
                    if !state.isOpen, !Task.isCancelled {
                        state.waiting[key] = continuation
                        return false
                    }
                    return true
                }
                if isOver {
                    continuation.resume()
                }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: key) }?.resume(throwing: CancellationError())
        }
        try Task.checkCancellation()
    }
}

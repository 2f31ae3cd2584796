import DequeModule
import Locking

/// What one connection has heard and nobody has taken yet.
final class NotificationInbox: Sendable {
    enum Next: Sendable {
        case event(PostgresNotifications.Event)
        case ended(PostgresError)
        case cancelled
    }

    private struct State {
        var events: Deque<PostgresNotifications.Event> = []
        var end: PostgresError?
        var waiter: UnsafeContinuation<Void, Never>?
    }

    /// A listener that is this far behind is told to look for itself; the server must not wait for it, nor memory grow.
    static let capacity = 10_000

    private let state = Locked(State())

    func add(_ notification: PostgresNotification) {
        self.change { state in
            if state.events.count >= Self.capacity {
                state.events.removeAll()
                state.events.append(.listening)
            }
            state.events.append(.notification(notification))
        }
    }

    func end(_ error: PostgresError) {
        self.change { $0.end = error }
    }

    func next(isolation: isolated (any Actor)?) async -> Next {
        while !Task.isCancelled {
            let next: Next? = self.state.withLock { state in
                if let event = state.events.popFirst() { return .event(event) }
                return state.end.map { .ended($0) }
            }
            if let next { return next }
            await withTaskCancellationHandler {
                await withUnsafeContinuation(isolation: isolation) { self.wait($0) }
            } onCancel: {
                self.change { _ in }
            }
        }
        return .cancelled
    }

    private func wait(_ continuation: UnsafeContinuation<Void, Never>) {
        let mayWait = self.state.withLock { state in
            // The cancellation handler may have run before there was anybody to wake.
            guard state.events.isEmpty, state.end == nil, !Task.isCancelled else { return false }
            state.waiter = continuation
            return true
        }
        if !mayWait { continuation.resume() }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = self.state.withLock { state in
            body(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }
}

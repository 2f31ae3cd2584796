internal import Locking

/// The queues that a publisher knows to be there, by its present connection: on the next they need not be there any more.
final class DeclaredQueues: Sendable {
    private struct State {
        var connection: UInt64 = 0
        var queues: Set<String> = []
    }

    private let state = Locked(State())

    /// Which of some queues are not known to be there.
    func missing(of queues: some Sequence<String>, on connection: UInt64) -> Set<String> {
        state.withLock { state in
            // Empty, almost always, and then nothing is allocated.
            var missing: Set<String> = []
            for queue in queues where state.connection != connection || !state.queues.contains(queue) {
                missing.insert(queue)
            }
            return missing
        }
    }

    func insert(_ queue: String, on connection: UInt64) {
        state.withLock { state in
            guard connection >= state.connection else { return }
            if connection > state.connection { state = State(connection: connection) }
            state.queues.insert(queue)
        }
    }

    func remove(_ queue: String) {
        state.withLock { _ = $0.queues.remove(queue) }
    }
}

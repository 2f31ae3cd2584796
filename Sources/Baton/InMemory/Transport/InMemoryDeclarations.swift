internal import Locking

/// Who is told of missing queues, and what is being told: of each queue once at a time.
final class InMemoryDeclarations: Sendable {
    private struct State {
        var watcher: (any QueueWatch)?
        var underWay: [String: Task<Void, Never>] = [:]
    }

    private let state = Locked(State())

    /// Who is told.
    var watcher: (any QueueWatch)? {
        state.withLock { $0.watcher }
    }

    /// Says who is told; the first word counts.
    func watch(_ watcher: any QueueWatch) {
        state.withLock { $0.watcher = $0.watcher ?? watcher }
    }

    /// Begins to declare a queue, unless that is under way.
    ///
    /// In a task of its own, which ends by itself: whoever publishes waits for nobody, and whoever consumes may leave.
    @discardableResult
    func begin(_ queue: String, _ declare: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        state.withLock { state in
            if let task = state.underWay[queue] { return task }
            let task = Task {
                await declare()
                self.state.withLock { $0.underWay[queue] = nil }
            }
            state.underWay[queue] = task
            return task
        }
    }
}

/// Something that happens once, that several tasks may wait for.
package final class OneTimeSignal<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiting: [AsyncStream<Value>.Continuation] = []
    }

    private let state = Locked(State())

    /// Makes a signal of something that has not happened.
    package init() {}

    /// What happened, if it has.
    package var value: Value? {
        state.withLock { $0.value }
    }

    /// Says that it happened; only the first time counts.
    ///
    /// - Parameter value: What happened.
    package func send(_ value: Value) {
        let waiting = state.withLock { state in
            guard state.value == nil else { return [AsyncStream<Value>.Continuation]() }
            state.value = value
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting {
            continuation.yield(value)
            continuation.finish()
        }
    }

    /// Waits until it happens.
    ///
    /// - Returns: What happened.
    /// - Throws: `CancellationError`.
    package func wait() async throws -> Value {
        let (values, continuation) = AsyncStream.makeStream(of: Value.self)
        let value = state.withLock { state in
            if state.value == nil {
                state.waiting.append(continuation)
            }
            return state.value
        }
        if let value { return value }
        for await value in values {
            return value
        }
        throw CancellationError()
    }

    /// Waits until it happens, but not longer than a while.
    ///
    /// - Parameter patience: How long.
    /// - Returns: What happened, or `nil`.
    /// - Throws: `CancellationError`.
    package func wait(atMost patience: Duration) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await self.wait() }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}

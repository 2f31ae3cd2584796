import Locking

/// Something that happens once, that several tasks may wait for.
final class OneTimeSignal<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiting: [AsyncStream<Value>.Continuation] = []
    }

    private let state = Locked(State())

    /// What happened, if it has.
    var value: Value? {
        state.withLock { $0.value }
    }

    /// Says that it happened; only the first time counts.
    ///
    /// - Parameter value: What happened.
    func send(_ value: Value) {
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
    func wait() async throws -> Value {
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
}

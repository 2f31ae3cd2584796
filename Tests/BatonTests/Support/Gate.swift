import Locking

/// A door that holds tasks until the test opens it.
///
/// A cancelled task passes at once.
final class Gate: Sendable {
    private struct State {
        var isOpen: Bool
        var arrivals = 0
        var isCancelled: Set<Int> = []
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Locked<State>

    init(isOpen: Bool = false) {
        state = Locked(State(isOpen: isOpen))
    }

    /// How many tasks have come to the gate so far.
    var arrivals: Int {
        state.withLock { $0.arrivals }
    }

    func pass() async {
        let (ticket, isOpen, watchers) = state.withLock { state in
            state.arrivals += 1
            let arrivals = state.arrivals
            let ready = state.watchers.filter { $0.count <= arrivals }
            state.watchers.removeAll { $0.count <= arrivals }
            return (arrivals, state.isOpen, ready)
        }
        for watcher in watchers { watcher.continuation.resume() }
        guard !isOpen else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let passes = state.withLock { state in
                    guard !state.isOpen, state.isCancelled.remove(ticket) == nil else { return true }
                    state.waiting[ticket] = continuation
                    return false
                }
                if passes { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let continuation = state.waiting.removeValue(forKey: ticket)
                if continuation == nil { state.isCancelled.insert(ticket) }
                return continuation
            }
            continuation?.resume()
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    func close() {
        state.withLock { $0.isOpen = false }
    }

    /// Waits until so many tasks have come to the gate, held or not.
    func arrivals(reach count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.arrivals >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}

internal import Baton
internal import Synchronization

/// Holds calls back until the schema is there.
actor StorageReadiness {
    private enum State {
        case waiting([Int: CheckedContinuation<Result<Void, JobStorageError>, Never>])
        case open
        case closed(JobStorageError)
    }

    /// Whether calls need not wait: what every one of them asks, without a way to this actor.
    nonisolated let isOpen = Atomic(false)
    private var state = State.waiting([:])
    private var lastWaiter = 0

    /// Waits until the schema is there, but not for ever: a caller keeps its own time limit between calls only.
    ///
    /// - Parameter patience: How long; as long as a call waits for a connection.
    /// - Throws: ``JobStorageError`` when the storage has stopped, the task is cancelled, or the time is over.
    func wait(atMost patience: Duration = .seconds(30)) async throws(JobStorageError) {
        if case .open = state { return }
        lastWaiter += 1
        let waiter = lastWaiter
        let result = await withTaskGroup(of: Result<Void, JobStorageError>?.self) { group in
            group.addTask { await self.enter(waiter) }
            group.addTask {
                // Ends early when the caller is cancelled, or below when there is nothing to wait for any more.
                let isCancelled = (try? await Task.sleep(for: patience)) == nil
                await self.sendAway(waiter, isCancelled ? Self.cancelled : Self.late)
                return nil
            }
            var result: Result<Void, JobStorageError>?
            for await answer in group {
                result = result ?? answer
                group.cancelAll()
            }
            return result ?? .failure(Self.cancelled)
        }
        try result.get()
    }

    /// Lets everybody in.
    func open() {
        guard case .waiting(let waiters) = state else { return }
        state = .open
        isOpen.store(true, ordering: .releasing)
        for continuation in waiters.values { continuation.resume(returning: .success(())) }
    }

    /// Sends everybody away.
    ///
    /// - Parameter error: Why.
    func close(_ error: JobStorageError) {
        if case .waiting(let waiters) = state {
            for continuation in waiters.values { continuation.resume(returning: .failure(error)) }
        }
        state = .closed(error)
        isOpen.store(false, ordering: .releasing)
    }

    private func enter(_ waiter: Int) async -> Result<Void, JobStorageError> {
        switch state {
        case .open: return .success(())
        case .closed(let error): return .failure(error)
        case .waiting where Task.isCancelled: return .failure(Self.cancelled)
        case .waiting(var waiters):
            return await withCheckedContinuation { continuation in
                waiters[waiter] = continuation
                state = .waiting(waiters)
            }
        }
    }

    private func sendAway(_ waiter: Int, _ error: JobStorageError) {
        guard case .waiting(var waiters) = state, let continuation = waiters.removeValue(forKey: waiter) else { return }
        state = .waiting(waiters)
        continuation.resume(returning: .failure(error))
    }

    private static let cancelled = JobStorageError(.unavailable, "Cancelled while waiting for the storage to start.")
    private static let late = JobStorageError(.unavailable, "PostgreSQL has not been reached since the start.")
}

internal import Locking

extension InMemoryStorage {
    /// Claims jobs that wait in queues, without a message: of one level after the other, the oldest first.
    ///
    /// - Parameters:
    ///   - queues: The queues, in order: a job of the next is taken only when the one before has no more.
    ///   - names: The names of the jobs that the server knows.
    ///   - limit: How many at most.
    ///   - levels: All levels of priority, each once, in the order in which each queue is looked through.
    ///   - owner: The server's epoch; one that is dead claims nothing.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: The jobs.
    /// - Throws: Never; the signature is the protocol's.
    public func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        levels: [JobPriorityLevel],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        withWaiters { $0.note(queues.sorted(), $1) }
        return transaction { tables, now in
            tables.claimWaiting(
                queues: queues,
                names: names,
                limit: limit,
                levels: levels,
                owner: owner,
                claim: claim,
                at: now
            )
        }
    }

    /// Waits until a job may wait in one of the queues.
    ///
    /// It returns at once when one came since ``claimWaiting(queues:names:limit:levels:owner:claim:)`` was last called for the
    /// same queues, in whatever order, and when the task is cancelled.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - patience: How long to wait at most.
    /// - Throws: Never; the signature is the protocol's.
    public func waitForWork(queues: [String], patience: Duration) async throws(JobStorageError) {
        let queues = queues.sorted()
        if withWaiters({ $0.hasNews(queues, $1) }) { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForNews(queues) }
            // Cancelled, there is nothing left to wait for.
            group.addTask { try? await self.clock.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForNews(_ queues: [String]) async {
        let number = withWaiters { waiters, _ in waiters.makeNumber() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = withWaiters { $0.enter(number, queues, continuation, $1) }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            withWaiters { waiters, _ in waiters.cancel(number) }?.resume()
        }
        withWaiters { waiters, _ in waiters.forget(number) }
    }
}

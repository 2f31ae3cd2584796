import Locking
import Logging

extension ServerCore {
    /// Moves rows to their queues under fresh marks, and publishes them.
    ///
    /// - Parameters:
    ///   - limit: How many rows may be moved.
    ///   - move: The statement; gives back what it moved.
    /// - Returns: How many rows were moved; `nil` when that failed or is not known.
    func repair(
        limit: Int,
        _ move: (PublishMarkRange) async throws(JobStorageError) -> [MarkedDispatch]
    ) async -> Int? {
        do throws(JobStorageError) {
            return try await client.move(atMost: limit) { marks throws(JobStorageError) in
                let dispatches = try await move(marks)
                return (dispatches, dispatches.count)
            }
        } catch {
            logger.warning("moving jobs to their queues failed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Publishes rows again; what is left after many windows in a row that came to nothing, the next pass goes on with.
    ///
    /// - Parameters:
    ///   - counter: What is counted.
    ///   - move: The statement; gives back what it moved, and whether there may be more.
    func republish(
        _ counter: JobCounter,
        _ move: (PublishMarkRange) async throws(JobStorageError) -> LossRepair
    ) async {
        do throws(JobStorageError) {
            _ = try await client.republish(
                counting: counter,
                patience: configuration.reconcileInterval,
                emptyWindows: 20,
                move
            )
        } catch {
            logger.warning("moving jobs to their queues failed", metadata: ["error": "\(error)"])
        }
    }

    /// Publishes jobs again whose messages the broker has lost; the generation stays.
    func requeueLost() async {
        await republish(.repairedLost) { marks throws(JobStorageError) in
            try await storage.requeueLost(marks: marks)
        }
    }

    /// Puts rows back that are this server's and that it does not run: an answer was lost that gave them to it.
    ///
    /// - Parameters:
    ///   - rows: Rows that storage lists under it.
    ///   - epoch: The epoch it listed them under.
    ///   - areAll: Whether it lists no others.
    /// - Returns: Whether it is certain that none is left.
    @discardableResult
    func putBackUnheld(_ rows: [OwnedRun], _ epoch: ServerEpoch, areAll: Bool = true) async -> Bool {
        guard environment.defects.isDisjoint(with: [.hasNoAudit, .dropsOwnClaims]) else { return true }
        let unheld = table.withLock { $0.beginRepair(of: rows, areAll: areAll) }
        guard !unheld.isEmpty else { return true }
        var isCertain = false
        defer { table.withLock { $0.endRepair(of: unheld, isCertain: isCertain) } }
        let repaired = await repair(limit: unheld.count) { marks throws(JobStorageError) in
            try await storage.putBackUnheld(unheld, owner: epoch, marks: marks)
        }
        guard let repaired else { return false }
        isCertain = true
        // None, when the row's end was stored between the look and the repair.
        guard repaired > 0 else { return true }
        logger.warning("rows of this server that it did not run are put back", metadata: ["count": "\(repaired)"])
        await count([.repairedUnheld: repaired])
        return true
    }

    /// The audit before the server leaves the list: a row that it leaves behind would cost its job an attempt.
    ///
    /// - Throws: ``JobStorageError``.
    func auditLast() async throws(JobStorageError) {
        let epoch = epoch
        let answer = try await storage.heartbeat(epoch, lease: configuration.lease, runs: [])
        guard let rows = answer.ownedRuns else { return }
        guard await putBackUnheld(rows, epoch) else {
            throw JobStorageError(.unavailable, "Rows that this server does not run could not be put back.")
        }
    }

    /// Requeues the jobs of every server that is certified dead.
    func requeueOrphans() async {
        let names = registry.names(where: { ($0.retry ?? configuration.retryPolicy).exhaustedAction == .delete })
        while true {
            var done = OrphanRepair(dispatches: [], failed: 0)
            let requeued = await repair(limit: JobClient.repairBatchSize) { marks throws(JobStorageError) in
                done = try await storage.requeueOrphans(marks: marks, deletingExhausted: names)
                return done.dispatches
            }
            guard requeued != nil, done.count > 0 else { return }
            logger.info(
                "jobs of dead servers requeued",
                metadata: [
                    "requeued": "\(done.dispatches.count)", "failed": "\(done.failed)", "deleted": "\(done.deleted)",
                ]
            )
            await count([.repairedOrphans: done.count])
        }
    }
}

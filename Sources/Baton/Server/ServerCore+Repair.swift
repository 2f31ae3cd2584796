import Logging

extension ServerCore {
    /// How many rows one statement repairs, and so how many repairs are outstanding at once.
    static let repairBatchSize = 500

    /// Moves rows to their queues under fresh marks, and publishes them.
    ///
    /// When the answer is lost, some rows may bear the marks and nobody knows which: the marks are abandoned, and the
    /// reconciler finds the rows.
    ///
    /// - Parameters:
    ///   - limit: How many rows may be moved.
    ///   - move: The statement; gives back what it moved.
    /// - Returns: How many rows were moved; `nil` when that failed or is not known.
    func repair(
        limit: Int,
        _ move: (PublishMarkRange) async throws(JobStorageError) -> [MarkedDispatch]
    ) async -> Int? {
        var marks: PublishMarkRange?
        do throws(JobStorageError) {
            let taken = try await client.publisher.reserve(limit)
            marks = taken
            let dispatches = try await move(taken)
            client.publisher.publish(dispatches, of: taken)
            return dispatches.count
        } catch {
            if let marks {
                if error.code == .outcomeUnknown {
                    client.publisher.abandon(marks)
                } else {
                    client.publisher.publish([], of: marks)
                }
            }
            logger.warning("moving jobs to their queues failed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Requeues the jobs of every server that is certified dead.
    func requeueOrphans() async {
        while true {
            var failed = 0
            let requeued = await repair(limit: Self.repairBatchSize) { marks throws(JobStorageError) in
                let repair = try await storage.requeueOrphans(marks: marks)
                failed = repair.failed
                return repair.dispatches
            }
            guard let requeued, requeued + failed > 0 else { return }
            logger.info(
                "jobs of dead servers requeued",
                metadata: ["requeued": "\(requeued)", "failed": "\(failed)"]
            )
            await count([.repairedOrphans: requeued + failed])
        }
    }
}

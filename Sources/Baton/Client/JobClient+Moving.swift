import Logging

extension JobClient {
    /// How many rows one statement repairs, and so how many repairs are outstanding at once.
    static let repairBatchSize = 500

    /// Whether the broker is there to publish rows again to: rows that are moved while it is away bear no mark.
    var canPublish: Bool {
        transport.isConnected && !publisher.lookForBroker()
    }

    /// Moves rows to their queues under fresh marks, and publishes them.
    ///
    /// When the answer is lost, some rows may bear the marks and nobody knows which: the marks are abandoned, and the
    /// reconciler finds the rows.
    ///
    /// - Parameters:
    ///   - limit: How many rows may be moved.
    ///   - patience: How long to go on trying while the publisher's session cannot be registered.
    ///   - move: The statement; gives back what it moved, and what else there is to say.
    /// - Returns: What else there is to say.
    /// - Throws: ``JobStorageError``.
    package func move<Answer>(
        atMost limit: Int,
        patience: Duration = .zero,
        _ move: (PublishMarkRange) async throws(JobStorageError) -> ([MarkedDispatch], Answer)
    ) async throws(JobStorageError) -> Answer {
        let marks = try await publisher.reserve(limit, patience: patience)
        do throws(JobStorageError) {
            let (dispatches, answer) = try await move(marks)
            publisher.publish(dispatches, of: marks)
            return answer
        } catch {
            if error.code == .outcomeUnknown {
                publisher.abandon(marks)
            } else {
                publisher.publish([], of: marks)
            }
            throw error
        }
    }

    /// Publishes rows again, a window at a time: the next is moved once the last is published.
    ///
    /// Ends when the broker is away: taking over what cannot be published would only move the problem here.
    ///
    /// - Parameters:
    ///   - counter: What is counted.
    ///   - patience: How long a window may take to be confirmed.
    ///   - limit: How many windows in a row may come to nothing: what is looked for may be far apart.
    ///   - move: The statement; gives back what it moved, and whether there may be more.
    /// - Returns: How many rows were moved, and whether the broker has confirmed the last window.
    /// - Throws: ``JobStorageError``; what was moved until then stays so.
    func republish(
        counting counter: JobCounter,
        patience: Duration,
        emptyWindows limit: Int = .max,
        _ move: (PublishMarkRange) async throws(JobStorageError) -> LossRepair
    ) async throws(JobStorageError) -> (moved: Int, isConfirmed: Bool) {
        var (moved, empty, isConfirmed) = (0, 0, true)
        while canPublish {
            let repair = try await self.move(atMost: Self.repairBatchSize) { marks throws(JobStorageError) in
                let repair = try await move(marks)
                return (repair.dispatches, repair)
            }
            let count = repair.dispatches.count
            empty = count > 0 ? 0 : empty + 1
            if count > 0 {
                moved += count
                logger.info("jobs published again", metadata: ["count": "\(count)", "counted as": "\(counter)"])
                try await storage.count([counter: count])
                isConfirmed = await flush(atMost: patience)
            }
            guard repair.hasMore, empty < limit else { break }
        }
        return (moved, isConfirmed)
    }
}

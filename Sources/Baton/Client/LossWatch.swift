import Locking
import Logging

/// Notes that messages are lost when the broker is found not to have their queue (PROTOCOL section 4, "queue gone").
///
/// What is published waits meanwhile for the queue to be declared, so none of this takes long: where storage cannot be
/// reached, the queue is declared all the same, and probes find the loss later.
final class LossWatch: QueueWatch {
    private static let patience = Duration.seconds(3)

    private let storage: any JobStorage
    /// Weak, for it keeps the transport, which keeps this.
    private weak let publisher: DispatchPublisher?
    private let environment: JobEnvironment
    private let logger: Logger
    /// Queues found missing that nobody has been told of.
    private let found = Locked(0)
    private let news = Wakeup()

    /// Creates a watch.
    ///
    /// - Parameters:
    ///   - storage: Where losses are noted.
    ///   - publisher: Of this process; it knows best what was confirmed.
    ///   - environment: Time and ids.
    ///   - logger: Where it logs.
    init(
        storage: any JobStorage,
        publisher: DispatchPublisher,
        environment: JobEnvironment,
        logger: Logger
    ) {
        self.storage = storage
        self.publisher = publisher
        self.environment = environment
        self.logger = logger
    }

    /// Stores what was confirmed to be in a queue that is missing.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - isStillMissing: Looks again, which tells it from one that another process has declared meanwhile.
    func queueIsMissing(_ queue: String, isStillMissing: @Sendable () async -> Bool?) async {
        guard let publisher else { return }
        let (storage, environment) = (storage, environment)
        let recorded = await answer("recording that a queue is missing") {
            // A number for each try: one whose answer was lost may be carried out later, with the watermarks of then, and must
            // not be what is confirmed.
            let loss = ProbeID(environment.makeUUID())
            try await publisher.saveWatermark()
            try await storage.recordLoss(loss, of: queue)
            return loss
        }
        guard let loss = recorded else { return }
        let looksAgain = !environment.defects.contains(.looksOnceForMissingQueue)
        let isConfirmed = looksAgain ? await isStillMissing() ?? false : true
        let settled = await answer("recording that a queue is missing") {
            try await storage.settleLoss(loss, isConfirmed: isConfirmed)
        }
        guard isConfirmed, let holdsJobs = settled else { return }
        guard holdsJobs else {
            // It is new, most of the time.
            logger.debug("the broker does not have the queue", metadata: ["queue": "\(queue)"])
            return
        }
        logger.notice(
            "the broker does not have the queue; what had been in it is published again once there is one",
            metadata: ["queue": "\(queue)"]
        )
        found.withLock { $0 += 1 }
        // Not here: the word might have to wait for what waits for this.
        news.ring()
        publisher.returns.ring()
    }

    /// Tells servers of queues that were found missing, until cancelled.
    ///
    /// - Parameter transport: Through which they are told.
    func keepTelling(through transport: any JobTransport) async {
        while (try? await news.wait()) != nil {
            let count = found.withLock { found in
                defer { found = 0 }
                return found
            }
            await transport.broadcast(.probing)
            do throws(JobStorageError) {
                try await storage.count([.missingQueues: count])
            } catch {
                logger.debug("counters not stored", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Repeats something until storage has answered, or it has taken too long.
    ///
    /// - Returns: The answer, unless storage refused or it took too long.
    private func answer<Answer: Sendable>(
        _ action: String,
        _ body: @escaping @Sendable () async throws -> Answer
    ) async -> Answer? {
        await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await self.repeated(action, body) }
            group.addTask { [environment] in
                try? await environment.clock.sleep(for: Self.patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func repeated<Answer>(_ action: String, _ body: () async throws -> Answer) async -> Answer? {
        var backoff = Backoff()
        while true {
            do {
                return try await body()
            } catch {
                logger.debug("\(action) failed", metadata: ["error": "\(error)"])
                guard let error = error as? JobStorageError, error.isTransient else { return nil }
                let delay = backoff.next(environment.random)
                guard (try? await environment.clock.sleep(for: delay)) != nil else { return nil }
            }
        }
    }
}

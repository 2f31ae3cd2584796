import Logging

/// Stops taking submissions from queues in which many jobs are enqueued, so that they wait with the broker.
struct SubmissionGate: Sendable {
    /// How long between two looks, at least.
    private static let interval = Duration.seconds(1)
    /// What part of the time looks may take.
    private static let share = 20

    private let core: ServerCore
    private let consumer: any SubmissionConsumer
    private let limit: Int
    private let wakeup = Wakeup()

    init(core: ServerCore, consumer: any SubmissionConsumer, limit: Int) {
        self.core = core
        self.consumer = consumer
        self.limit = limit
    }

    /// Looks, soon: something was enqueued.
    func look() {
        wakeup.ring()
    }

    /// Looks whenever something was enqueued, and for as long as a queue is stopped.
    ///
    /// - Throws: `CancellationError`.
    func run() async throws {
        var paused: Set<String> = []
        while true {
            if paused.isEmpty { try await wakeup.wait() }
            let start = core.clock.now
            do throws(JobStorageError) {
                let backlog = try await core.storage.backlog(of: core.queues, upTo: limit + 1)
                for queue in core.queues { await set(queue, backlog[queue] ?? 0, &paused) }
            } catch {
                core.logger.debug("queues not looked at", metadata: ["error": "\(error)"])
            }
            try await core.clock.sleep(for: max(Self.interval, start.duration(to: core.clock.now) * Self.share))
        }
    }

    private func set(_ queue: String, _ backlog: Int, _ paused: inout Set<String>) async {
        if backlog > limit, paused.insert(queue).inserted {
            core.logger.warning(
                "too many jobs are enqueued: no submissions are taken",
                metadata: ["queue": "\(queue)", "limit": "\(limit)"]
            )
            await consumer.setPaused(true, queue: queue)
        } else if backlog <= limit - limit / 10, paused.remove(queue) != nil {
            core.logger.info("submissions are taken again", metadata: ["queue": "\(queue)"])
            await consumer.setPaused(false, queue: queue)
        }
    }
}

internal import Baton
internal import Logging
internal import RabbitMQClient
internal import Locking

/// A server's intake over RabbitMQ.
final class DispatchConsumer: JobConsumer {
    private let consumer: Result<RabbitMQConsumer, RabbitMQError>
    private let envelope: Envelope
    private let presence: ServerPresence
    /// The life of the connection that was seen last, and since when.
    private let life = Locked<(session: UInt64, since: ContinuousClock.Instant)?>(nil)
    /// The queues of jobs by the broker's names.
    private let queues: [String: String]
    private let park: @Sendable ([RabbitMQMessage]) async -> [PublishOutcome]
    private let logger: Logger

    init(
        consumer: Result<RabbitMQConsumer, RabbitMQError>,
        envelope: Envelope,
        presence: ServerPresence,
        queues: [String: String],
        park: @escaping @Sendable ([RabbitMQMessage]) async -> [PublishOutcome],
        logger: Logger
    ) {
        self.consumer = consumer
        self.envelope = envelope
        self.presence = presence
        self.queues = queues
        self.park = park
        self.logger = logger
    }

    func run() async throws {
        // Not `run()`: at a graceful shutdown the server still has deliveries to settle.
        try await consumer.get().consume()
    }

    func next() async -> TransportEvent? {
        guard let consumer = try? consumer.get() else { return nil }
        // The buffer is the consumer's: an iterator holds no state of its own.
        var events = consumer.events.makeAsyncIterator()
        while let event = await events.next() {
            switch event {
            case .connected:
                return .connected
            case .disconnected(let error):
                return .disconnected(reason: error.message)
            case .cancelled(let queue, let error):
                logger.warning(
                    "queue lost, consuming again",
                    metadata: ["queue": "\(queue)", "error": "\(error.message)"]
                )
            case .deliveries(let deliveries):
                if let event = await take(deliveries, consumer) {
                    return event
                }
            }
        }
        return nil
    }

    func isPresent() async -> Bool {
        await session() != nil
    }

    func sight(_ presence: ServerPresence) async -> PresenceSighting? {
        guard let consumer = try? consumer.get(), let before = await session() else { return nil }
        do throws(RabbitMQError) {
            let isThere = try await consumer.exists(queue: envelope.topology.controlQueue(presence))
            guard let after = await session(), after.session == before.session else { return nil }
            return PresenceSighting(isThere: isThere, connectionAge: before.since.duration(to: .now))
        } catch {
            logger.debug("a server's connection could not be looked for", metadata: ["error": "\(error.message)"])
            return nil
        }
    }

    /// The life of the channel that consumes this server's own queue, and since when it has been seen.
    private func session() async -> (session: UInt64, since: ContinuousClock.Instant)? {
        guard let consumer = try? consumer.get(),
            let session = await consumer.session(consuming: envelope.topology.controlQueue(presence))
        else { return nil }
        return life.withLock { life in
            if let life, life.session == session { return life }
            // Later than it began, so that it counts as too young rather than as too old.
            life = (session, .now)
            return life
        }
    }

    func stopDeliveries() async {
        await (try? consumer.get())?.stopConsuming()
    }

    func acknowledge(_ deliveries: [Delivery]) async {
        guard !deliveries.isEmpty else { return }
        await (try? consumer.get())?.acknowledge(deliveries.map(\.settlementTag))
    }

    func giveBack(_ deliveries: [Delivery]) async {
        guard !deliveries.isEmpty else { return }
        await (try? consumer.get())?.reject(deliveries.map(\.settlementTag), requeue: true)
    }

    /// Sorts what arrived; settles at once what is no wake-up.
    private func take(_ arrived: [RabbitMQDelivery], _ consumer: RabbitMQConsumer) async -> TransportEvent? {
        var deliveries: [Delivery] = []
        var words: [ControlMessage] = []
        var settled: [RabbitMQDeliveryTag] = []
        var malformed: [RabbitMQDelivery] = []
        for delivery in arrived {
            guard let queue = queues[delivery.queue] else {
                settled.append(delivery.tag)
                if let word = envelope.control(delivery.message) {
                    words.append(word)
                }
                continue
            }
            if let message = envelope.dispatch(delivery.message, queue: queue) {
                deliveries.append(
                    Delivery(
                        message: message,
                        isRedelivered: delivery.isRedelivered,
                        session: delivery.session,
                        tag: delivery.deliveryTag
                    )
                )
            } else {
                malformed.append(delivery)
            }
        }
        if !settled.isEmpty {
            await consumer.acknowledge(settled)
        }
        if !malformed.isEmpty {
            await setAside(malformed, consumer)
        }
        return deliveries.isEmpty && words.isEmpty ? nil : .arrived(deliveries, words: words)
    }

    /// Parks messages that are no wake-ups: nothing that arrives is dropped without a trace.
    private func setAside(_ malformed: [RabbitMQDelivery], _ consumer: RabbitMQConsumer) async {
        logger.warning("messages that are no wake-ups are parked", metadata: ["count": "\(malformed.count)"])
        let reason = "The message is no wake-up: it needs message_id, type and x-generation."
        let outcomes = await park(malformed.map { envelope.parked($0.message, reason: reason) })
        for (delivery, outcome) in zip(malformed, outcomes) {
            if outcome == .confirmed {
                await consumer.acknowledge([delivery.tag])
            } else {
                await consumer.reject([delivery.tag], requeue: true)
            }
        }
    }
}

extension Delivery {
    /// What the client settles it by.
    fileprivate var settlementTag: RabbitMQDeliveryTag {
        RabbitMQDeliveryTag(session: session, tag: tag)
    }
}

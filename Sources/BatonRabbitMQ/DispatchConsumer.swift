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
    /// The queues of jobs.
    private let queues: [String]
    /// Their lanes, by the broker's names.
    private let lanes: [String: Lane]
    private let bundles = Locked(BundleLedger())
    /// The queues that are paused.
    private let paused = Locked<Set<String>>([])
    /// Probes that came with what was handed over last.
    private let returned = Locked<[ProbeReturn]>([])
    private let park: @Sendable ([RabbitMQMessage]) async -> [PublishOutcome]
    private let logger: Logger

    init(
        consumer: Result<RabbitMQConsumer, RabbitMQError>,
        envelope: Envelope,
        presence: ServerPresence,
        queues: [String],
        park: @escaping @Sendable ([RabbitMQMessage]) async -> [PublishOutcome],
        logger: Logger
    ) {
        self.consumer = consumer
        self.envelope = envelope
        self.presence = presence
        self.queues = queues
        lanes = Dictionary(
            uniqueKeysWithValues: queues.flatMap { queue in
                envelope.topology.laneNames(of: queue).enumerated().map { number, name in
                    (name, Lane(queue: queue, number: number))
                }
            }
        )
        self.park = park
        self.logger = logger
    }

    func run() async throws {
        // Not `run()`: at a graceful shutdown the server still has deliveries to settle.
        try await consumer.get().consume()
    }

    func next() async -> TransportEvent? {
        guard let consumer = try? consumer.get() else { return nil }
        let returned = returned.withLock { returned in
            defer { returned = [] }
            return returned
        }
        if !returned.isEmpty { return .probed(returned) }
        // The buffer is the consumer's: an iterator holds no state of its own.
        var events = consumer.events.makeAsyncIterator()
        while let event = await events.next() {
            switch event {
            case .connected:
                return .connected
            case .disconnected(let error):
                bundles.withLock { $0.clear() }
                return .disconnected(reason: error.message)
            case .cancelled(let queue, let error):
                logger.warning(
                    "queue lost, consuming again",
                    metadata: ["queue": "\(queue)", "error": "\(error.message)"]
                )
            case .caughtUp(let lanes, let label):
                if let queue = lanes.first.flatMap({ self.lanes[$0]?.queue }), let probe = envelope.probe(named: label)
                {
                    return .caughtUp(queue: queue, probe: probe)
                }
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

    func catchUp(queue: String, probe: ProbeID) async -> Bool {
        guard let consumer = try? consumer.get() else { return false }
        return await consumer.catchUp(envelope.topology.laneNames(of: queue), label: probe.description)
    }

    func pause(_ queues: Set<String>) async {
        guard let consumer = try? consumer.get() else { return }
        let before = paused.withLock { paused in
            defer { paused = queues }
            return paused
        }
        for queue in self.queues where queues.contains(queue) != before.contains(queue) {
            for lane in envelope.topology.laneNames(of: queue) {
                if queues.contains(queue) {
                    await consumer.stopConsuming(queue: lane)
                } else {
                    await consumer.resumeConsuming(queue: lane)
                }
            }
        }
    }

    func stopDeliveries() async {
        await (try? consumer.get())?.stopConsuming()
    }

    func acknowledge(_ deliveries: [Delivery]) async {
        let tags = settle(deliveries) { $0.acknowledge($1) }
        if !tags.isEmpty {
            (try? consumer.get())?.acknowledge(tags)
        }
    }

    func giveBack(_ deliveries: [Delivery]) async {
        let tags = settle(deliveries) { $0.giveBack($1) }
        if !tags.isEmpty {
            (try? consumer.get())?.reject(tags, requeue: true)
        }
    }

    /// What the broker is to be told of deliveries: of a bundle only once.
    private func settle(
        _ deliveries: [Delivery],
        _ settleBundled: (inout BundleLedger, [RabbitMQDeliveryTag]) -> [RabbitMQDeliveryTag]
    ) -> [RabbitMQDeliveryTag] {
        let bundled = deliveries.filter(\.isBundled).map(\.settlementTag)
        guard !bundled.isEmpty else { return deliveries.map(\.settlementTag) }
        let settled = bundles.withLock { settleBundled(&$0, bundled) }
        return deliveries.filter { !$0.isBundled }.map(\.settlementTag) + settled
    }

    // MARK: Intake

    /// What arrived, sorted.
    private struct Arrived {
        var deliveries: [Delivery] = []
        var words: [ControlMessage] = []
        /// What is settled at once.
        var settled: [RabbitMQDeliveryTag] = []
        var malformed: [RabbitMQDelivery] = []
        var probes: [ProbeReturn] = []
    }

    /// Sorts what arrived; settles at once what is no wake-up.
    private func take(_ deliveries: [RabbitMQDelivery], _ consumer: RabbitMQConsumer) async -> TransportEvent? {
        var arrived = Arrived()
        arrived.deliveries.reserveCapacity(deliveries.count)
        for delivery in deliveries {
            sort(delivery, into: &arrived)
        }
        if !arrived.settled.isEmpty {
            consumer.acknowledge(arrived.settled)
        }
        if !arrived.malformed.isEmpty {
            await setAside(arrived.malformed, consumer)
        }
        if arrived.deliveries.isEmpty, arrived.words.isEmpty {
            return arrived.probes.isEmpty ? nil : .probed(arrived.probes)
        }
        if !arrived.probes.isEmpty {
            // Behind the wake-ups that came before them.
            returned.withLock { [probes = arrived.probes] in $0 = probes }
        }
        return .arrived(arrived.deliveries, words: arrived.words)
    }

    private func sort(_ delivery: RabbitMQDelivery, into arrived: inout Arrived) {
        guard let lane = lanes[delivery.queue] else {
            arrived.settled.append(delivery.tag)
            if let word = envelope.control(delivery.message) {
                arrived.words.append(word)
            }
            return
        }
        if let level = lane.level {
            guard let message = envelope.dispatch(delivery.message, queue: lane.queue, level: level) else {
                return setAside(delivery, of: lane, in: &arrived)
            }
            let isRedelivered = envelope.isRedelivered(delivery)
            arrived.deliveries.append(Delivery(message, by: delivery, isRedelivered: isRedelivered))
        } else {
            guard let messages = envelope.bundle(delivery.message, queue: lane.queue) else {
                return setAside(delivery, of: lane, in: &arrived)
            }
            bundles.withLock { $0.open(delivery.tag, count: messages.count) }
            let isRedelivered = envelope.isRedelivered(delivery)
            arrived.deliveries += messages.lazy.map {
                Delivery($0, by: delivery, isRedelivered: isRedelivered, isBundled: true)
            }
        }
    }

    /// Takes up what is no wake-up.
    private func setAside(_ delivery: RabbitMQDelivery, of lane: Lane, in arrived: inout Arrived) {
        guard let probe = envelope.probe(delivery.message) else { return arrived.malformed.append(delivery) }
        arrived.settled.append(delivery.tag)
        arrived.probes.append(lane.returning(probe))
    }

    /// Parks messages that are no wake-ups: nothing that arrives is dropped without a trace.
    private func setAside(_ malformed: [RabbitMQDelivery], _ consumer: RabbitMQConsumer) async {
        logger.warning("messages that are no wake-ups are parked", metadata: ["count": "\(malformed.count)"])
        let reason =
            "The message is no wake-up: it needs message_id, type and x-generation, or type, x-jobs and a line for each."
        let outcomes = await park(malformed.map { envelope.parked($0.message, reason: reason) })
        for (delivery, outcome) in zip(malformed, outcomes) {
            if outcome == .confirmed {
                consumer.acknowledge([delivery.tag])
            } else {
                consumer.reject([delivery.tag], requeue: true)
            }
        }
    }
}

extension Delivery {
    fileprivate init(
        _ message: DispatchMessage,
        by delivery: RabbitMQDelivery,
        isRedelivered: Bool,
        isBundled: Bool = false
    ) {
        self.init(
            message: message,
            isRedelivered: isRedelivered,
            session: delivery.session,
            tag: delivery.deliveryTag,
            isBundled: isBundled
        )
    }

    /// What the client settles it by.
    fileprivate var settlementTag: RabbitMQDeliveryTag {
        RabbitMQDeliveryTag(session: session, tag: tag)
    }
}

public import Baton
internal import Logging
internal import RabbitMQClient
internal import ServiceLifecycle
internal import Locking

/// Wakes servers through RabbitMQ.
///
/// It is inert until ``run()``. Publishing has a connection and a thread of its own, and so has each server's intake: a
/// broker short of memory stops reading from whoever publishes, acknowledgements included.
public final class RabbitMQTransport: JobTransport {
    private let configuration: Configuration
    private let topology: DispatchTopology
    private let envelope: Envelope
    /// A URL that is none ends ``run()``, and fails every publish.
    private let publisher: Result<RabbitMQPublisher, RabbitMQError>
    /// The queues that the publisher has declared.
    private let declared = Locked<Set<String>>([])

    /// Creates a transport.
    ///
    /// - Parameter configuration: Where the broker is and how to use it.
    public init(_ configuration: Configuration) {
        let topology = DispatchTopology(namespace: configuration.namespace, queueType: configuration.queueType.name)
        self.configuration = configuration
        self.topology = topology
        envelope = Envelope(topology: topology)
        publisher = Result { () throws(RabbitMQError) in
            RabbitMQPublisher(
                try configuration.connection("publisher"),
                topology: topology.base,
                maximumInFlight: configuration.maximumInFlight,
                logger: configuration.logger
            )
        }
    }

    /// Whether messages can be published at the moment.
    public var isConnected: Bool {
        (try? publisher.get())?.isConnected ?? false
    }

    /// Keeps the publisher connected until shut down; then finishes what was handed over.
    ///
    /// - Throws: `RabbitMQError` when the URL is none.
    public func run() async throws {
        try await publisher.get().run()
    }

    /// Publishes wake-ups, persistent, mandatory and confirmed.
    ///
    /// - Parameter messages: The messages; their rows are committed.
    /// - Returns: What became of each, in order.
    public func publish(_ messages: [DispatchMessage]) async -> [PublishOutcome] {
        guard case .success(let publisher) = publisher else {
            return messages.map { _ in .unconfirmed(reason: notUsable) }
        }
        let refused = await declareQueues(of: messages, publisher)
        let outcomes = await publisher.publish(
            messages.lazy.filter { refused[$0.queue] == nil }.map { envelope.message($0) }
        )
        var remaining = outcomes.makeIterator()
        return messages.map { message in
            if let reason = refused[message.queue] { return .unconfirmed(reason: reason) }
            guard let outcome = remaining.next() else { return .unconfirmed(reason: notUsable) }
            if outcome.kind == .returned {
                // It had no queue: somebody deleted it. The next try declares it again.
                declared.withLock { _ = $0.remove(message.queue) }
            }
            return PublishOutcome(outcome)
        }
    }

    /// Sets messages aside that have no row, with the reason, confirmed.
    ///
    /// - Parameters:
    ///   - messages: The messages.
    ///   - reason: Why.
    /// - Returns: What became of each, in order.
    public func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome] {
        let outcomes = await publish(messages.map { envelope.parked($0, reason: reason) })
        if outcomes.contains(where: { $0 != .confirmed }) {
            // The queue may be gone; what is there stays as it is.
            try? await publisher.get().declare(topology.base)
        }
        return outcomes
    }

    /// Sends a word to every server.
    ///
    /// Best effort.
    ///
    /// - Parameter message: The word.
    public func broadcast(_ message: ControlMessage) async {
        let outcome = await publish([envelope.message(message)]).first
        if case .unconfirmed(let reason)? = outcome {
            configuration.logger.debug("no server heard of a change; they poll", metadata: ["error": "\(reason)"])
        }
    }

    /// Makes the intake of one server.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of each queue may wait unsettled.
    ///   - presence: By what other servers can see whether this one is connected.
    /// - Returns: The intake, which does nothing until it is run.
    public func makeConsumer(queues: [String], prefetch: Int, presence: ServerPresence) -> any JobConsumer {
        let control = topology.control(presence)
        let limit = UInt16(clamping: prefetch)
        let queues = Set(queues).sorted()
        let subscriptions =
            queues.map { name in
                let (queue, binding) = topology.dispatch(name)
                return RabbitMQSubscription(queue, bindings: [binding], prefetch: limit)
            } + [RabbitMQSubscription(control.queue, bindings: [control.binding], prefetch: 100, isExclusive: true)]
        let consumer = Result { () throws(RabbitMQError) in
            RabbitMQConsumer(
                try configuration.connection("consumer"),
                topology: topology.base,
                subscriptions: subscriptions,
                logger: configuration.logger
            )
        }
        return DispatchConsumer(
            consumer: consumer,
            envelope: envelope,
            presence: presence,
            queues: Dictionary(uniqueKeysWithValues: queues.map { (topology.dispatchQueue($0), $0) }),
            park: { [self] in await publish($0) },
            logger: configuration.logger
        )
    }

    private var notUsable: String { "The broker's URL cannot be used." }

    private func publish(_ messages: [RabbitMQMessage]) async -> [PublishOutcome] {
        do throws(RabbitMQError) {
            return await (try publisher.get()).publish(messages).map(PublishOutcome.init)
        } catch {
            return messages.map { _ in .unconfirmed(reason: error.message) }
        }
    }

    /// Declares queues before the first message to each: a job may be enqueued before any server serves its queue.
    ///
    /// Each by itself: one that the broker refuses holds up no other.
    ///
    /// - Returns: The queues that could not be declared, and why.
    private func declareQueues(of messages: [DispatchMessage], _ publisher: RabbitMQPublisher) async -> [String: String]
    {
        let missing = declared.withLock { Set(messages.lazy.map(\.queue)).subtracting($0) }
        var refused: [String: String] = [:]
        for queue in missing.sorted() {
            guard publisher.isConnected else {
                refused[queue] = "There is no connection to the broker."
                continue
            }
            let (definition, binding) = topology.dispatch(queue)
            do throws(RabbitMQError) {
                try await publisher.declare(RabbitMQTopology(queues: [definition], bindings: [binding]))
                declared.withLock { _ = $0.insert(queue) }
            } catch {
                refused[queue] = error.message
            }
        }
        return refused
    }
}

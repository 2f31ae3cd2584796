public import Baton
internal import Logging
internal import PollExecutor
internal import RabbitMQClient
internal import ServiceLifecycle
internal import Locking
internal import Synchronization

/// Wakes servers through RabbitMQ.
///
/// It is inert until ``run()``. Publishing has a connection of its own, and so has each server's intake: a broker short of
/// memory stops reading from whoever publishes, acknowledgements included. They share the thread of a storage that is
/// reached the same way, and otherwise have threads of their own: no call on any of them ever blocks.
public final class RabbitMQTransport: JobTransport {
    let configuration: Configuration
    let topology: DispatchTopology
    let envelope: Envelope
    /// Made when it is first needed.
    ///
    /// A URL that is none ends ``run()``, and fails every publish.
    private let lazyPublisher = Locked<Result<RabbitMQPublisher, RabbitMQError>?>(nil)
    /// The queues that the publisher has seen, or declared.
    let declared = DeclaredQueues()
    let declaring: QueueDeclarations
    let keeper: QueueKeeper
    private let hasRun = Locked(false)
    /// How many calls are on the wire.
    private let unanswered = Atomic(0)

    /// Creates a transport.
    ///
    /// - Parameter configuration: Where the broker is and how to use it.
    public init(_ configuration: Configuration) {
        let topology = DispatchTopology(
            namespace: configuration.namespace,
            queueType: configuration.queueType.name,
            submissionQueueType: configuration.submissionQueueType.name,
            mode: configuration.topology.mode
        )
        self.configuration = configuration
        declaring = QueueDeclarations(patience: configuration.declarationPatience)
        self.topology = topology
        envelope = Envelope(topology: topology)
        keeper = QueueKeeper(topology: topology)
    }

    /// Publishes from the thread of a ``PollTaskExecutor``; any other place is none for it.
    ///
    /// - Parameter executor: Where the client's storage is reached.
    public func live(on executor: any TaskExecutor) {
        _ = publisher(on: (executor as? PollTaskExecutor)?.executor)
    }

    /// Says who is told of queues that the broker does not have.
    ///
    /// The first word counts.
    ///
    /// - Parameter watch: Who is told. Its task is cancelled with the connection that the queue was looked for on, and when
    ///   the transport ends.
    public func watch(_ watch: any QueueWatch) {
        keeper.watch(watch)
    }

    var publisher: Result<RabbitMQPublisher, RabbitMQError> { publisher(on: nil) }

    private func publisher(on executor: PollExecutor?) -> Result<RabbitMQPublisher, RabbitMQError> {
        lazyPublisher.withLock { publisher in
            if let publisher { return publisher }
            let made = Result { () throws(RabbitMQError) in
                RabbitMQPublisher(
                    try configuration.connection("publisher"),
                    topology: topology.base,
                    maximumInFlight: configuration.maximumInFlight,
                    executor: executor,
                    logger: configuration.logger
                )
            }
            publisher = made
            return made
        }
    }

    /// Whether messages can be published at the moment.
    public var isConnected: Bool {
        (try? publisher.get())?.isConnected ?? false
    }

    /// Whether wake-ups are with the broker that it has not answered for yet; not those that wait for their queue.
    public var awaitsAnswers: Bool { unanswered.load(ordering: .relaxed) > 0 }

    /// Keeps the publisher connected until shut down; then finishes what was handed over.
    ///
    /// - Throws: `RabbitMQError` when the URL is none.
    public func run() async throws {
        let publisher = try publisher.get()
        let isFirst = hasRun.withLock { hasRun in
            defer { hasRun = true }
            return !hasRun
        }
        // The publisher says what is wrong with a second time, which must not end what belongs to the first.
        guard isFirst else { return try await publisher.run() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.declaring.run { await self.declare($0, publisher) } }
            defer { declaring.close() }
            try await publisher.run()
        }
    }

    /// Publishes wake-ups, persistent, mandatory and confirmed.
    ///
    /// - Parameters:
    ///   - bundles: The wake-ups, those of a bundle as one message; their rows are committed.
    ///   - onOutcome: Called once, on whatever thread, with what became of each bundle, in order. It must not block.
    public func publish(_ bundles: [DispatchBundle], onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void) {
        guard case .success(let publisher) = publisher else {
            return onOutcome(bundles.map { _ in .unconfirmed(reason: notUsable) })
        }
        let missing = declared.missing(of: bundles.lazy.map(\.queue), on: publisher.connectionNumber)
        if missing.isEmpty {
            return publish(bundles, publisher, onOutcome)
        }
        guard publisher.isConnected else {
            return onOutcome(bundles.map { _ in .unconfirmed(reason: "There is no connection to the broker.") })
        }
        declaring.submit(missing) { refused in
            self.publish(bundles.filter { refused[$0.queue] == nil }, publisher) { outcomes in
                var remaining = outcomes.makeIterator()
                onOutcome(
                    bundles.map { bundle in
                        refused[bundle.queue] ?? remaining.next() ?? .unconfirmed(reason: self.notUsable)
                    }
                )
            }
        }
    }

    /// Publishes to queues that are declared.
    private func publish(
        _ bundles: [DispatchBundle],
        _ publisher: RabbitMQPublisher,
        _ onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void
    ) {
        unanswered.add(1, ordering: .relaxed)
        publisher.publish(bundles.map { envelope.message($0) }) { outcomes in
            self.unanswered.subtract(1, ordering: .relaxed)
            for (bundle, outcome) in zip(bundles, outcomes) where outcome.kind == .returned {
                // It had no queue: somebody deleted it. The next try declares it again.
                self.declared.remove(bundle.queue)
            }
            onOutcome(outcomes.map(PublishOutcome.init))
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

    /// How long a word waits for a connection: a process that has just begun speaks before it has one.
    private static let wordPatience = Duration.seconds(5)

    /// Sends a word to every server, and does not wait for it to be sent.
    ///
    /// Best effort: without a connection for five seconds it is dropped.
    ///
    /// - Parameter message: The word.
    public func broadcast(_ message: ControlMessage) async {
        guard case .success(let publisher) = publisher else { return }
        // What has to wait for a connection comes later than it says, by nobody knows how much.
        var message = message
        if case .scheduled = message, !publisher.isConnected { message = .scheduled(dueIn: .zero) }
        publisher.publish([envelope.message(message)], patience: Self.wordPatience) { [logger = configuration.logger] in
            guard let reason = $0.first.flatMap({ PublishOutcome($0).reason }) else { return }
            logger.debug("no server heard of a change; they poll", metadata: ["error": "\(reason)"])
        }
    }

    /// Makes the intake of one server.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of each queue may wait unsettled; those of bundles are limited apart, to a
    ///     quarter as many bundles and two at least.
    ///   - levelPrefetch: How many deliveries of each other level of each queue may wait unsettled.
    ///   - presence: By what other servers can see whether this one is connected.
    ///   - executor: Where the server claims; the intake lives there too when it is a ``PollTaskExecutor``, and otherwise has a
    ///     thread of its own.
    ///   - willConsume: Called each time before the broker is asked to deliver from a lane of a queue, which is done once it
    ///     returns, and not done when it returns `false`. Its task is cancelled with the connection.
    /// - Returns: The intake, which does nothing until it is run.
    public func makeConsumer(
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> any JobConsumer {
        let control = topology.control(presence)
        let limits = (
            UInt16(clamping: prefetch), UInt16(clamping: DispatchBundle.prefetch(besides: prefetch))
        )
        let levelLimit = UInt16(clamping: max(1, levelPrefetch))
        let queues = Set(queues).sorted()
        let subscriptions =
            queues.flatMap { name in
                let gate = LaneGate { await willConsume(name) }
                return [
                    lane(topology.dispatch(name), of: name, prefetch: limits.0, gate),
                    lane(topology.bundles(name), of: name, prefetch: limits.1, gate),
                ]
                    + JobPriorityLevel.prioritized.map { level in
                        lane(topology.lane(level, of: name), of: name, prefetch: levelLimit, gate)
                    }
            } + [RabbitMQSubscription(control.queue, bindings: [control.binding], prefetch: 100, isExclusive: true)]
        let consumer = Result { () throws(RabbitMQError) in
            RabbitMQConsumer(
                try configuration.connection("consumer"),
                topology: topology.base,
                subscriptions: subscriptions,
                executor: (executor as? PollTaskExecutor)?.executor,
                logger: configuration.logger
            )
        }
        return DispatchConsumer(
            consumer: consumer,
            envelope: envelope,
            presence: presence,
            queues: queues,
            park: { [self] in await publish($0) },
            logger: configuration.logger
        )
    }

    /// A subscription to a lane of a queue.
    private func lane(
        _ lane: (queue: RabbitMQQueue, binding: RabbitMQBinding),
        of name: String,
        prefetch: UInt16,
        _ gate: LaneGate
    ) -> RabbitMQSubscription {
        var subscription = RabbitMQSubscription(
            lane.queue,
            bindings: [lane.binding],
            prefetch: prefetch,
            declaresQueue: topology.declares
        )
        subscription.willConsume = { await gate.mayConsume(lane.queue.name) }
        if keeper.isWatched || !topology.declares {
            // All lanes at once: who finds another one missing then finds it there. Who does not declare says what is
            // missing.
            subscription.whenMissing = { @Sendable [keeper] consumer throws(RabbitMQError) in
                try await keeper.declare(name, on: consumer)
            }
        }
        return subscription
    }

    private var notUsable: String { "The broker's URL cannot be used." }

    private func publish(_ messages: [RabbitMQMessage]) async -> [PublishOutcome] {
        do throws(RabbitMQError) {
            return await (try publisher.get()).publish(messages).map(PublishOutcome.init)
        } catch {
            return messages.map { _ in .unconfirmed(reason: error.message) }
        }
    }
}

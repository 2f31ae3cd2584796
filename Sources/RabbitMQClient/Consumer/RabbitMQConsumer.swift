public import Logging
public import PollExecutor
public import ServiceLifecycle
import Synchronization

/// Consumes queues with manual acknowledgement.
///
/// Each queue has a channel of its own, so that trouble with one leaves the others alone; the consumer has a connection
/// and a thread of its own. It does nothing until ``run()`` runs. Whatever happens to the broker, ``run()`` goes on,
/// connects again, restores the topology and consumes again.
public actor RabbitMQConsumer: Service {
    private static let counter = Atomic<UInt64>(0)

    private let configuration: RabbitMQConfiguration
    private let topology: RabbitMQTopology
    private let executor: PollExecutor
    private let logger: Logger

    /// What the consumer has to say.
    ///
    /// To be read by one task; ends when ``run()`` ends.
    public nonisolated let events = RabbitMQConsumerEvents()

    private var connector: Connector
    private var attempt: ConnectAttempt?
    // Not private, for the extensions in other files; nobody else touches them.
    var driver: ConnectionDriver?
    /// The number of the current connection; zero if there is none.
    private var connection: UInt64 = 0
    var subscriptions: [Subscription]
    var channels: [UInt16: Channel] = [:]
    var channelOfSession: [UInt64: UInt16] = [:]
    private var isConsuming = true
    private var phase = Phase.idle
    /// Rung when the connection ends or the consumer is to stop.
    private let change = Signal()
    var voidSettlements = 0

    private enum Phase: Int {
        case idle
        case running
        case stopping
        case stopped
    }

    /// The thread that the consumer lives on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// How many settlements came too late, after their channel had gone, or twice.
    ///
    /// They are passed over.
    public var voidSettlementCount: Int { self.voidSettlements }

    /// How many deliveries wait to be settled.
    public var unsettledCount: Int { self.channels.values.reduce(0) { $0 + $1.unsettled.count } }

    /// Makes a consumer.
    ///
    /// - Parameters:
    ///   - configuration: How to reach the broker.
    ///   - topology: What to declare on every new connection, besides the queues of the subscriptions.
    ///   - subscriptions: The queues to consume, each at most once.
    ///   - executor: The thread to live on; a new one by default.
    ///   - logger: Where to report lost connections.
    public init(
        _ configuration: RabbitMQConfiguration,
        topology: RabbitMQTopology = .init(),
        subscriptions: [RabbitMQSubscription],
        executor: PollExecutor? = nil,
        logger: Logger
    ) {
        self.configuration = configuration
        self.topology = topology
        self.subscriptions = subscriptions.enumerated().map { index, subscription in
            Subscription(definition: subscription, consumerTag: "c\(index)")
        }
        self.executor = executor ?? .rabbitMQ(name: "rabbit-consume")
        self.logger = logger
        self.connector = Connector(configuration)
    }

    // MARK: Stopping

    /// Stops new deliveries from all queues.
    ///
    /// Those that have arrived can still be settled.
    ///
    /// Returns once the broker has agreed; everything it had sent by then is among the events.
    public func stopConsuming() async {
        self.isConsuming = false
        for index in self.subscriptions.indices { await self.stopConsuming(index) }
    }

    /// Consumes again after ``stopConsuming()``.
    public func resumeConsuming() {
        self.isConsuming = true
        self.ringAll()
    }

    private func stopConsuming(_ index: Int) async {
        let subscription = self.subscriptions[index]
        guard let driver = self.driver, let channel = subscription.channel,
            subscription.isActive || subscription.isStarting
        else { return }
        self.subscriptions[index].isActive = false
        // If it fails, the channel or the connection has ended, and with it the deliveries.
        _ = try? await driver.call(.cancel(consumerTag: subscription.consumerTag), channel: channel)
        subscription.change.ring()
    }

    /// Ends ``run()`` in good order: what has been settled is told to the broker, the rest it delivers again.
    public func close() {
        self.stop(.stopping)
    }

    private func stop(_ phase: Phase) {
        guard self.phase.rawValue < phase.rawValue else { return }
        if self.phase == .idle { self.events.mailbox.finish() }
        self.phase = phase
        self.attempt?.abandon()
        self.change.ring()
    }

    // MARK: Running

    /// Consumes until cancelled or shut down.
    ///
    /// - Throws: ``RabbitMQError`` with the code `notRunning` if it has been run before.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await self.consume()
        } onGracefulShutdown: {
            self.executor.execute { self.assumeIsolated { $0.stop(.stopping) } }
        }
    }

    /// Consumes until cancelled or closed, and takes no notice of a graceful shutdown.
    ///
    /// For an owner who has deliveries to settle after the shutdown has begun, and then ends this in its own time.
    ///
    /// - Throws: ``RabbitMQError`` with the code `notRunning` if it has been run before.
    public func consume() async throws {
        guard self.phase == .idle else {
            throw RabbitMQError(code: .notRunning, message: "A consumer can be run only once")
        }
        self.phase = .running
        await withTaskCancellationHandler {
            await self.keepConnected()
        } onCancel: {
            self.executor.execute { self.assumeIsolated { $0.stop(.stopped) } }
        }
    }

    private func keepConnected() async {
        var failures = 0
        while self.phase == .running {
            let start = ContinuousClock.now
            do throws(RabbitMQError) {
                try await self.connectAndServe()
            } catch {
                self.logger.log(
                    level: failures == 0 ? .warning : .debug,
                    "RabbitMQ consumer is not connected",
                    metadata: ["error": "\(error)"]
                )
                self.events.mailbox.update { $0.disconnect(error) }
                self.connectionIsGone(error)
            }
            guard self.phase == .running else { break }
            // A connection that held for a while is no failure to connect.
            if start.duration(to: .now) > self.configuration.backoff.maximum { failures = 0 }
            failures += 1
            let delay = self.configuration.backoff.delay(afterFailures: failures)
            await self.change.pause(delay, on: self.executor)
        }
        self.connectionIsGone(.closedHere)
        self.phase = .stopped
        self.events.mailbox.finish()
    }

    private func connectAndServe() async throws(RabbitMQError) {
        let attempt = ConnectAttempt()
        self.attempt = attempt
        defer { self.attempt = nil }
        let handle = try await Connector.connect(
            self.connector.nextEndpoint(),
            self.configuration,
            attempt: attempt,
            on: self.executor
        )
        guard self.phase == .running else { return }
        let driver = ConnectionDriver(handle, executor: self.executor, configuration: self.configuration) {
            [weak self] in
            self?.take($0)
        }
        self.driver = driver
        let setUp = try await driver.openChannel()
        try await driver.declare(self.topology, channel: setUp)
        await driver.closeChannel(setUp)
        if let error = driver.closeError { throw error }

        let connection = Self.counter.add(1, ordering: .relaxed).newValue
        self.connection = connection
        self.logger.debug("RabbitMQ consumer is connected")
        self.events.mailbox.update { $0.connect(connection) }
        await withDiscardingTaskGroup { group in
            for index in self.subscriptions.indices {
                group.addTask { await self.keepConsuming(index, on: connection) }
            }
            while self.connection == connection, self.phase == .running { await self.change.wait() }
            if self.phase == .stopping { await driver.close() }
            self.connectionIsGone(driver.closeError ?? .closedHere)
        }
        if self.phase == .running { throw driver.closeError ?? .closedHere }
    }

    /// Keeps one queue consumed for as long as the connection lasts.
    private func keepConsuming(_ index: Int, on connection: UInt64) async {
        var failures = 0
        let change = self.subscriptions[index].change
        while self.connection == connection {
            guard self.isConsuming else {
                await change.wait()
                continue
            }
            let start = ContinuousClock.now
            do throws(RabbitMQError) {
                try await self.consume(index, on: connection)
                while self.connection == connection, self.subscriptions[index].isActive { await change.wait() }
            } catch {
                guard self.connection == connection else { return }
                let queue = self.subscriptions[index].definition.queue.name
                self.logger.warning(
                    "RabbitMQ queue not consumed",
                    metadata: ["queue": "\(queue)", "error": "\(error)"]
                )
            }
            guard self.connection == connection, self.isConsuming else { continue }
            if start.duration(to: .now) > self.configuration.backoff.maximum { failures = 0 }
            failures += 1
            let delay = self.configuration.backoff.delay(afterFailures: failures)
            await change.pause(delay, on: self.executor)
        }
    }

    private func consume(_ index: Int, on connection: UInt64) async throws(RabbitMQError) {
        guard let driver = self.driver else { throw .closedHere }
        let definition = self.subscriptions[index].definition
        let channel: UInt16
        if let open = self.subscriptions[index].channel {
            channel = open
        } else {
            channel = try await driver.openChannel()
            // A number of a connection that has gone meanwhile would mean nothing on the next.
            guard self.connection == connection else { throw .closedHere }
            let session = Self.counter.add(1, ordering: .relaxed).newValue
            self.subscriptions[index].channel = channel
            self.channels[channel] = Channel(session: session, subscription: index)
            self.channelOfSession[session] = channel
        }
        // What took the queue may have taken its exchange along.
        if self.subscriptions[index].endings > 0 { try await driver.declare(self.topology, channel: channel) }
        if definition.declaresQueue {
            let topology = RabbitMQTopology(queues: [definition.queue], bindings: definition.bindings)
            try await driver.declare(topology, channel: channel)
        }
        try await driver.call(.qos(prefetch: definition.prefetch), channel: channel)
        guard self.isConsuming else { return }
        let endings = self.subscriptions[index].endings
        self.subscriptions[index].isStarting = true
        defer { self.subscriptions[index].isStarting = false }
        try await driver.call(
            .consume(
                queue: definition.queue.name,
                consumerTag: self.subscriptions[index].consumerTag,
                isExclusive: definition.isExclusive
            ),
            channel: channel
        )
        // The broker's answer may have been overtaken: by the queue's end, or by a request to stop.
        self.subscriptions[index].isActive =
            self.connection == connection && self.isConsuming && self.subscriptions[index].endings == endings
    }

    func connectionIsGone(_ error: RabbitMQError) {
        let driver = self.driver.take()
        driver?.end(error)
        self.connection = 0
        self.channels = [:]
        self.channelOfSession = [:]
        for index in self.subscriptions.indices {
            self.subscriptions[index].channel = nil
            self.subscriptions[index].isActive = false
        }
        self.ringAll()
        self.change.ring()
    }

    private func ringAll() {
        for subscription in self.subscriptions { subscription.change.ring() }
    }
}

public import Logging
public import PollExecutor
public import ServiceLifecycle
import Synchronization

/// Consumes queues with manual acknowledgement.
///
/// Each queue has a channel of its own, so that trouble with one leaves the others alone; the consumer has a connection
/// of its own, and a thread unless it is given one to share. It does nothing until ``run()`` runs. Whatever happens to the broker, ``run()`` goes on,
/// connects again, restores the topology and consumes again.
public actor RabbitMQConsumer: Service {
    static let counter = Atomic<UInt64>(0)

    let configuration: RabbitMQConfiguration
    let topology: RabbitMQTopology
    let executor: PollExecutor
    let logger: Logger

    /// What the consumer has to say.
    ///
    /// To be read by one task; ends when ``run()`` ends.
    public nonisolated let events = RabbitMQConsumerEvents()

    private var schedule: ConnectSchedule
    private var attempt: ConnectAttempt?
    // Not private, for the extensions in other files; nobody else touches them.
    var driver: ConnectionDriver?
    /// The number of the current connection; zero if there is none.
    var connection: UInt64 = 0
    /// The subscriptions that have not yet been tried on the current connection.
    var untried: Set<Int> = []
    var subscriptions: [Subscription]
    var channels: [UInt16: Channel] = [:]
    var channelOfSession: [UInt64: UInt16] = [:]
    var isConsuming = true
    private var phase = Phase.idle
    /// Whether a broker was reached in the current try.
    private var isConnected = false
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
        self.schedule = ConnectSchedule(configuration)
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

    /// Stops deliveries from one queue, also on later connections; those already here can still be settled.
    ///
    /// Its subscription's ``RabbitMQSubscription/willConsume`` is still called on each new connection, though nothing is
    /// delivered then.
    ///
    /// - Parameter queue: The queue's name.
    public func stopConsuming(queue: String) async {
        for index in self.subscriptions.indices where self.subscriptions[index].definition.queue.name == queue {
            self.subscriptions[index].isPaused = true
            await self.stopConsuming(index)
        }
    }

    /// Consumes a queue again after ``stopConsuming(queue:)``.
    ///
    /// - Parameter queue: The queue's name.
    public func resumeConsuming(queue: String) {
        for index in self.subscriptions.indices where self.subscriptions[index].definition.queue.name == queue {
            self.subscriptions[index].isPaused = false
            self.subscriptions[index].change.ring()
        }
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
        while self.phase == .running {
            let start = ContinuousClock.now
            self.isConnected = false
            do throws(RabbitMQError) {
                try await self.connectAndServe()
            } catch {
                self.logger.log(
                    level: self.schedule.failures == 0 ? .warning : .debug,
                    "RabbitMQ consumer is not connected",
                    metadata: ["error": "\(error)"]
                )
                self.events.mailbox.update { $0.disconnect(error) }
                self.connectionIsGone(error)
            }
            guard self.phase == .running else { break }
            let delay =
                self.isConnected
                ? self.schedule.delayAfterLoss(heldFor: start.duration(to: .now)) : self.schedule.delayAfterMiss()
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
            self.schedule.nextEndpoint(),
            self.configuration,
            attempt: attempt,
            on: self.executor
        )
        guard self.phase == .running else { return }
        self.isConnected = true
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
        self.untried = Set(self.subscriptions.indices)
        if self.untried.isEmpty { self.isReady(connection) }
        await withDiscardingTaskGroup { group in
            for index in self.subscriptions.indices {
                group.addTask { await self.keepConsuming(index, on: connection) }
            }
            while self.connection == connection, self.phase == .running { await self.change.wait() }
            if self.phase == .stopping { await driver.close() }
            self.connectionIsGone(driver.closeError ?? .closedHere)
            // Whoever is asked about a queue need not answer any more.
            group.cancelAll()
        }
        if self.phase == .running { throw driver.closeError ?? .closedHere }
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
            self.subscriptions[index].isUnwanted = false
            self.subscriptions[index].isAsked = false
            self.subscriptions[index].isEndTold = false
        }
        self.untried = []
        self.ringAll()
        self.change.ring()
    }

    private func ringAll() {
        for subscription in self.subscriptions { subscription.change.ring() }
    }
}

public import Logging
public import PollExecutor
public import ServiceLifecycle
import Synchronization

/// Publishes messages, and says of each what became of it.
///
/// Messages are persistent as their properties say, always `mandatory`, and confirmed by the broker. The publisher has a
/// connection of its own, for a broker short of memory stops reading from whoever publishes; and a thread of its own,
/// unless it is given one to share.
///
/// It does nothing until ``run()`` runs. Whatever happens to the broker, ``run()`` goes on and connects again.
public actor RabbitMQPublisher: Service {
    /// How much may wait for the socket before further messages wait in the queue, in bytes.
    static let highWater = 1 << 19

    // Not private, for the extensions in other files; nobody else touches what is not public.
    let configuration: RabbitMQConfiguration
    private let topology: RabbitMQTopology
    /// What was added to the topology later.
    var additions: [RabbitMQTopology] = []
    let executor: PollExecutor
    let logger: Logger
    let isOpen = Atomic(false)
    private let connections = Atomic<UInt64>(0)

    var schedule: ConnectSchedule
    private var attempt: ConnectAttempt?
    var driver: ConnectionDriver?
    var channel: UInt16?
    var queue: PublishQueue<PublishTicket>
    /// Why there is no link, while there is none.
    var unavailable = RabbitMQError(code: .connectFailed, message: "There has been no connection yet")
    private let notRunning = RabbitMQError(code: .notRunning, message: "The publisher is not running")
    var phase = Phase.idle
    /// How often in a row the broker has closed the channel.
    var channelFailures = 0
    /// Whether a broker was reached in the current try.
    private var isReached = false
    /// Whether the broker has said that it takes no messages from this connection.
    var isBlocked = false
    /// Whether the broker has asked for a pause on the channel.
    var isPaused = false
    var watch: (timer: PollTimer, due: ContinuousClock.Instant)?
    /// Rung when the channel or connection ends, the queue empties, or the publisher is to stop.
    let change = Signal()
    var mostInFlight = 0

    enum Phase: Int, Comparable {
        case idle
        case running
        /// Nothing new is taken; what was taken is finished.
        case draining
        case stopped

        static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    /// The thread that the publisher lives on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Whether messages can be sent at the moment.
    public nonisolated var isConnected: Bool { self.isOpen.load(ordering: .relaxed) }

    /// The number of the current or the last connection, from 1; zero before the first.
    ///
    /// What was seen of the broker on an earlier one need not hold any more.
    public nonisolated var connectionNumber: UInt64 { self.connections.load(ordering: .relaxed) }

    /// The most messages that were unconfirmed on the wire at one time.
    public var highestInFlight: Int { self.mostInFlight }

    /// Makes a publisher.
    ///
    /// - Parameters:
    ///   - configuration: How to reach the broker.
    ///   - topology: What to declare on every new connection.
    ///   - maximumInFlight: How many messages may be unconfirmed at a time; the rest waits here.
    ///   - patience: How long a message waits when there is no connection, or the broker takes no messages.
    ///   - executor: The thread to live on; a new one by default.
    ///   - logger: Where to report lost connections.
    public init(
        _ configuration: RabbitMQConfiguration,
        topology: RabbitMQTopology = .init(),
        maximumInFlight: Int = 256,
        patience: Duration = .zero,
        executor: PollExecutor? = nil,
        logger: Logger
    ) {
        self.configuration = configuration
        self.topology = topology
        self.executor = executor ?? .rabbitMQ(name: "rabbit-publish")
        self.logger = logger
        self.schedule = ConnectSchedule(configuration)
        self.queue = PublishQueue(maximumInFlight: maximumInFlight, patience: patience)
    }

    /// Publishes messages and waits until each has its outcome.
    ///
    /// It never waits without bound: without a connection for as long as the publisher's patience, and for a silent
    /// broker as long as the configuration's response timeout. Several calls may be under way at once.
    ///
    /// - Parameter messages: The messages.
    /// - Returns: What became of each, in the same order.
    public func publish(_ messages: [RabbitMQMessage]) async -> [RabbitMQPublishOutcome] {
        await withCheckedContinuation { continuation in
            self.add(messages) { continuation.resume(returning: $0) }
        }
    }

    /// Publishes messages without waiting for their outcomes; no task of the caller's is needed for it.
    ///
    /// - Parameters:
    ///   - messages: The messages.
    ///   - patience: How long they wait when there is no connection, or the broker takes no messages; the publisher's
    ///     patience by default. With one of their own they also wait for a publisher that does not run yet.
    ///   - onOutcomes: Called once, on the publisher's thread, with what became of each, in the same order, after as long
    ///     as ``publish(_:)`` would have waited. It must not block.
    public nonisolated func publish(
        _ messages: [RabbitMQMessage],
        patience: Duration? = nil,
        onOutcomes: @escaping @Sendable ([RabbitMQPublishOutcome]) -> Void
    ) {
        self.executor.executeInline {
            self.assumeIsolated { $0.add(messages, patience: patience, onOutcomes) }
        }
    }

    private func add(
        _ messages: [RabbitMQMessage],
        patience: Duration? = nil,
        _ onOutcomes: @escaping ([RabbitMQPublishOutcome]) -> Void
    ) {
        guard !messages.isEmpty else { return onOutcomes([]) }
        let batch = PublishBatch(messages, onComplete: onOutcomes)
        let tickets = messages.indices.lazy.map { PublishTicket(batch: batch, index: $0) }
        if self.phase == .running || self.phase == .idle && patience != nil {
            self.queue.add(tickets, patience: patience, at: .now)
            self.pump()
        } else {
            for ticket in tickets { ticket.resolve(.init(.notConnected, self.notRunning)) }
        }
    }

    // MARK: Running

    /// Keeps a connection until cancelled or shut down; then finishes what was handed over, and closes it.
    ///
    /// - Throws: ``RabbitMQError`` with the code `notRunning` if it has been run before.
    public func run() async throws {
        guard self.phase == .idle else {
            throw RabbitMQError(code: .notRunning, message: "A publisher can be run only once")
        }
        self.phase = .running
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await self.keepConnected()
            } onGracefulShutdown: {
                self.executor.execute { self.assumeIsolated { $0.stop(.draining) } }
            }
        } onCancel: {
            self.executor.execute { self.assumeIsolated { $0.stop(.stopped) } }
        }
    }

    /// Ends ``run()`` in good order, as a graceful shutdown does: what was handed over is finished first.
    public func close() {
        self.stop(.draining)
    }

    private func stop(_ phase: Phase) {
        guard self.phase < phase else { return }
        self.phase = phase
        self.attempt?.abandon()
        self.change.ring()
    }

    private func keepConnected() async {
        while self.phase == .running {
            let start = ContinuousClock.now
            self.isReached = false
            do throws(RabbitMQError) {
                try await self.connectAndServe()
            } catch {
                self.linkIsGone(error)
                self.logger.log(
                    level: self.schedule.failures == 0 ? .warning : .debug,
                    "RabbitMQ publisher is not connected",
                    metadata: ["error": "\(error)"]
                )
            }
            guard self.phase == .running else { break }
            let delay =
                self.isReached
                ? self.schedule.delayAfterLoss(heldFor: start.duration(to: .now)) : self.schedule.delayAfterMiss()
            await self.change.pause(delay, on: self.executor)
        }
        if self.phase == .draining { await self.driver?.close() }
        self.linkIsGone(self.notRunning)
        self.resolve(self.queue.abandonWaiting(self.notRunning))
        self.phase = .stopped
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
        self.isReached = true
        self.connections.add(1, ordering: .relaxed)
        let driver = ConnectionDriver(handle, executor: self.executor, configuration: self.configuration) {
            [weak self] in
            self?.take($0)
        }
        self.driver = driver
        self.isBlocked = false
        self.channelFailures = 0
        try await self.declare(self.topology, on: driver)
        try await self.declareAdditions(on: driver)
        while true {
            let channel = try await driver.openChannel()
            try await driver.call(.confirmSelect, channel: channel)
            await self.serve(channel, of: driver)
            if let error = driver.closeError { throw error }
            guard self.phase == .running else { return }
            // Only the channel is gone: a message to an exchange that does not exist, or that is not allowed.
            self.logger.warning("RabbitMQ closed the publisher's channel", metadata: ["error": "\(self.unavailable)"])
            self.channelFailures += 1
            let delay = self.configuration.backoff.delay(afterFailures: self.channelFailures)
            await self.change.pause(delay, on: self.executor)
        }
    }

    /// Publishes over a channel until it ends, or there is nothing left to do.
    private func serve(_ channel: UInt16, of driver: ConnectionDriver) async {
        // With the answer may have come the channel's end, of which no event will tell any more.
        guard driver.isOpen(channel) else { return }
        self.channel = channel
        self.isPaused = false
        self.updateLink()
        self.logger.debug("RabbitMQ publisher is connected")
        self.pump()
        while self.queue.link != .closed, !self.isDone { await self.change.wait() }
    }

    /// Whether there is nothing left to do.
    private var isDone: Bool {
        self.phase == .stopped || (self.phase == .draining && self.queue.isEmpty)
    }
}

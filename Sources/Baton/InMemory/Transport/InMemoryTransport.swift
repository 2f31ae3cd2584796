internal import DequeModule
internal import Locking
internal import ServiceLifecycle

/// Wake-ups in the memory of this process: for first steps, for tests, and beside an ``InMemoryStorage``.
///
/// Queues with manual acknowledgement, prefetch, redelivery and bundles, as the broker has them. It may be used before and
/// after ``run()``.
public final class InMemoryTransport: JobTransport, Sendable {
    /// How many parked messages are kept; the oldest go first.
    public static let parkingLimit = 1000

    private let clock: any JobClock
    private let queues = Locked(InMemoryQueues())
    private let parking = Locked(Deque<DispatchMessage>())
    private let declarations = InMemoryDeclarations()

    /// Creates a transport without messages.
    ///
    /// - Parameter clock: By what the age of connections is told.
    public init(clock: any JobClock = SystemClock()) {
        self.clock = clock
    }

    /// Does nothing until the service is shut down.
    ///
    /// - Throws: `CancellationError` when it is cancelled.
    public func run() async throws {
        try await gracefulShutdown()
    }

    /// The messages set aside because they had no row, the oldest first; the last ``parkingLimit`` of them.
    public var parked: [DispatchMessage] {
        parking.withLock { Array($0) }
    }

    // MARK: Faults

    /// Looks at what is held.
    ///
    /// - Parameter body: What to look at; it must not call the transport.
    /// - Returns: What the body returns.
    package func read<Answer>(_ body: (InMemoryQueues) -> Answer) -> Answer {
        queues.withLock { body($0) }
    }

    /// Changes what is held, as faults do.
    ///
    /// - Parameter body: What to change; it must not call the transport.
    /// - Returns: What the body returns.
    @discardableResult
    package func change<Answer>(_ body: (inout InMemoryQueues) -> Answer) -> Answer {
        queues.withLock { body(&$0) }
    }

    /// How many wake-ups wait in queues.
    package var depth: Int { read(\.depth) }

    /// How many wake-ups are delivered and not settled.
    package var unsettledCount: Int { read(\.unsettledCount) }

    /// Whether a copy of a wake-up waits or is delivered and not settled.
    ///
    /// - Parameter message: The wake-up.
    /// - Returns: Whether there is one.
    package func holds(_ message: DispatchMessage) -> Bool {
        read { $0.holds(message) }
    }

    /// Cuts every connection; consumers connect again at once, and what was not settled comes again.
    package func cut() {
        let now = clock.now
        change { queues in
            for id in queues.channelIDs where queues.channels[id]?.isConnected == true {
                queues.disconnect(id, reason: "The connection was cut.")
                queues.connect(id, at: now)
            }
        }
    }

    /// Goes down: nothing is published or delivered.
    package func goDown() {
        change { queues in
            queues.isUp = false
            for id in queues.channelIDs { queues.disconnect(id, reason: "The broker went down.") }
        }
    }

    /// Comes up again, with all that its queues held.
    package func comeUp() {
        let now = clock.now
        change { queues in
            queues.isUp = true
            for id in queues.channelIDs { queues.connect(id, at: now) }
        }
    }

    /// Loses what waits in a queue.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: The wake-ups that are lost.
    @discardableResult
    package func purge(_ queue: String) -> [DispatchMessage] {
        change { $0.lose(from: queue) { _ in true } }
    }

    /// Loses the messages that wait with a wake-up in them, each as a whole.
    ///
    /// - Parameter message: The wake-up.
    /// - Returns: The wake-ups that are lost.
    @discardableResult
    package func lose(_ message: DispatchMessage) -> [DispatchMessage] {
        change { $0.lose(from: message.queue) { $0.messages.contains(message) } }
    }

    /// Loses a queue with all that it held, delivered or not; the next who needs it finds it missing.
    ///
    /// - Parameter queue: The queue.
    package func delete(_ queue: String) {
        change { $0.delete(queue) }
    }

    // MARK: Missing queues

    /// Says who is told of queues that were deleted.
    ///
    /// The first word counts.
    ///
    /// - Parameter watch: Who is told.
    public func watch(_ watch: any QueueWatch) {
        declarations.watch(watch)
    }

    /// Makes a queue if it is missing, after whoever watches has been told.
    func declare(_ queue: String) async {
        guard read({ $0.missing.contains(queue) }) else { return }
        if let watch = declarations.watcher {
            await declarations.begin(queue) { await self.declare(queue, watch) }.value
        } else {
            change { $0.declare(queue) }
        }
    }

    private func declare(_ queue: String, _ watch: any QueueWatch) async {
        guard read({ $0.missing.contains(queue) }) else { return }
        await watch.queueIsMissing(queue) {
            self.read { $0.isUp ? $0.missing.contains(queue) : nil }
        }
        change { $0.declare(queue) }
    }

    /// Whether a queue is there to be published to.
    ///
    /// A publish waits for nobody: a missing queue is made while its caller prepares for another try.
    private func isThere(_ queue: String, in queues: inout InMemoryQueues) -> Bool {
        guard queues.missing.contains(queue) else { return true }
        guard let watch = declarations.watcher else {
            queues.declare(queue)
            return true
        }
        declarations.begin(queue) { await self.declare(queue, watch) }
        return false
    }

    // MARK: JobTransport

    /// Whether messages can be published at the moment: yes, unless a test has taken it down.
    public var isConnected: Bool { read(\.isUp) }

    /// Puts wake-ups into their queues, and says so at once.
    ///
    /// - Parameters:
    ///   - bundles: The wake-ups, those of a bundle as one message.
    ///   - onOutcome: Called once, before the call returns, with what became of each bundle, in order.
    public func publish(_ bundles: [DispatchBundle], onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void) {
        let outcomes = change { queues in
            bundles.map { bundle in
                guard queues.isUp else { return PublishOutcome.unconfirmed(reason: "The broker is down.") }
                guard isThere(bundle.queue, in: &queues) else { return .refused(reason: "The queue is gone.") }
                queues.put(InMemoryQueues.Message(bundle.messages, isRedelivered: bundle.isRedelivered))
                return .confirmed
            }
        }
        onOutcome(outcomes)
    }

    /// Puts a probe into every lane of a queue.
    ///
    /// - Parameters:
    ///   - probe: The round it belongs to.
    ///   - queue: The queue.
    /// - Returns: Whether it is there.
    public func publish(_ probe: ProbeID, to queue: String) async -> Bool {
        change { queues in
            guard queues.isUp, isThere(queue, in: &queues) else { return false }
            queues.put(probe, into: queue)
            return true
        }
    }

    /// Sets messages aside that have no row.
    ///
    /// - Parameters:
    ///   - messages: The messages.
    ///   - reason: Why; not kept.
    /// - Returns: What became of each, in order.
    public func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome] {
        guard isConnected else { return messages.map { _ in .unconfirmed(reason: "The broker is down.") } }
        parking.withLock { parking in
            parking.append(contentsOf: messages)
            parking.removeFirst(max(parking.count - Self.parkingLimit, 0))
        }
        return messages.map { _ in .confirmed }
    }

    /// Sends a word to every server that is connected.
    ///
    /// - Parameter message: The word.
    public func broadcast(_ message: ControlMessage) async {
        read { queues in
            for id in queues.channelIDs where queues.channels[id]?.isAnnounced == true {
                queues.channels[id]?.events.yield(.arrived([], words: [message]))
            }
        }
    }

    /// Makes the intake of one server.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of each queue may wait unsettled, apart from those that come in bundles.
    ///   - levelPrefetch: The same for each level but normal.
    ///   - presence: By what other servers can see whether this one is connected.
    ///   - executor: Of no use here.
    ///   - willConsume: Called each time before a queue is consumed, which is not done when it returns `false`.
    /// - Returns: The intake, which does nothing until it is run.
    public func makeConsumer(
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> any JobConsumer {
        makeConsumer(
            queues: queues,
            prefetch: prefetch,
            levelPrefetch: levelPrefetch,
            presence: presence,
            willConsume: willConsume
        )
    }

    /// Makes the intake of one server.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of each queue may wait unsettled, apart from those that come in bundles.
    ///   - levelPrefetch: The same for each level but normal; `nil` for the same number.
    ///   - presence: By what other servers can see whether this one is connected.
    ///   - willConsume: Called each time before a queue is consumed, which is not done when it returns `false`; `nil` to
    ///     consume as soon as it is connected.
    /// - Returns: The intake.
    package func makeConsumer(
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int? = nil,
        presence: ServerPresence,
        willConsume: (@Sendable (_ queue: String) async -> Bool)? = nil
    ) -> InMemoryConsumer {
        let (events, continuation) = AsyncStream<TransportEvent>.makeStream()
        let channel = InMemoryChannel(
            queues: queues,
            prefetch: prefetch,
            levelPrefetch: levelPrefetch ?? prefetch,
            presence: presence,
            isAsked: willConsume != nil,
            events: continuation
        )
        let id = change { $0.open(channel) }
        return InMemoryConsumer(
            id: id,
            transport: self,
            clock: clock,
            events: events,
            change: channel.change,
            willConsume: willConsume
        )
    }
}

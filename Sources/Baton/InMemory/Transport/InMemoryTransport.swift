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
                queues.put(InMemoryQueues.Message(bundle.messages))
                return .confirmed
            }
        }
        onOutcome(outcomes)
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
            for id in queues.channelIDs where queues.channels[id]?.isConnected == true {
                queues.channels[id]?.events.yield(.arrived([], words: [message]))
            }
        }
    }

    /// Makes the intake of one server.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of each queue may wait unsettled, apart from those that come in bundles.
    ///   - presence: By what other servers can see whether this one is connected.
    ///   - executor: Of no use here.
    /// - Returns: The intake, which does nothing until it is run.
    public func makeConsumer(
        queues: [String],
        prefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> any JobConsumer {
        makeConsumer(queues: queues, prefetch: prefetch, presence: presence)
    }

    /// Makes the intake of one server.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of each queue may wait unsettled, apart from those that come in bundles.
    ///   - presence: By what other servers can see whether this one is connected.
    /// - Returns: The intake.
    package func makeConsumer(queues: [String], prefetch: Int, presence: ServerPresence) -> InMemoryConsumer {
        let (events, continuation) = AsyncStream<TransportEvent>.makeStream()
        let channel = InMemoryChannel(queues: queues, prefetch: prefetch, presence: presence, events: continuation)
        let id = change { $0.open(channel) }
        return InMemoryConsumer(id: id, transport: self, clock: clock, events: events)
    }
}

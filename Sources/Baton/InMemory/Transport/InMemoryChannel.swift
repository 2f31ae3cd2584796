/// One consumer's connection to ``InMemoryQueues``.
struct InMemoryChannel: Sendable {
    /// A message that is delivered.
    struct Unsettled: Sendable {
        /// As it comes again, with all its wake-ups.
        let message: InMemoryQueues.Message
        /// The wake-ups that are not settled.
        var rest: [DispatchMessage]
        let key: InMemoryQueues.Key
    }

    let presence: ServerPresence
    let prefetch: Int
    /// The same for each level but normal.
    let levelPrefetch: Int
    /// What it is to consume, each once.
    let queues: [String]
    /// Whether somebody is asked before it consumes.
    let isAsked: Bool
    let events: AsyncStream<TransportEvent>.Continuation
    /// Rung when there may be something to consume that is not.
    let change = Wakeup()
    /// What it consumes.
    var consumed: Set<InMemoryQueues.Key> = []
    /// What it is not to consume until it is resumed.
    private(set) var paused: Set<String> = []
    /// Of what is paused, what was asked for in this session.
    var rested: Set<String> = []
    /// What it is not to consume in this session.
    var refused: Set<String> = []
    private(set) var session: UInt64 = 0
    private(set) var isConnected = false
    /// Whether its server has been told that it is connected.
    private(set) var isAnnounced = false
    private(set) var since = JobInstant(offset: .zero)
    var isRunning = false
    var takesDeliveries = true
    private(set) var unsettled: [UInt64: Unsettled] = [:]
    private var counts: [InMemoryQueues.Key: Int] = [:]

    init(
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int,
        presence: ServerPresence,
        isAsked: Bool,
        events: AsyncStream<TransportEvent>.Continuation
    ) {
        self.presence = presence
        self.prefetch = prefetch
        self.levelPrefetch = levelPrefetch
        self.queues = queues.enumerated().filter { !queues[..<$0.offset].contains($0.element) }.map(\.element)
        self.isAsked = isAsked
        self.events = events
    }

    /// What is neither consumed nor refused; of what is paused, what was not asked for.
    var pending: [String] {
        guard isConnected else { return [] }
        return queues.filter { queue in
            guard !refused.contains(queue) else { return false }
            return paused.contains(queue) ? isAsked && !rested.contains(queue) : !isConsumed(queue)
        }
    }

    /// Whether all that was ever delivered of a queue in this session, and may not be settled, is among the events.
    func isKnown(_ queue: String) -> Bool {
        isConnected && (paused.contains(queue) ? !isAsked || rested.contains(queue) : isConsumed(queue))
    }

    private func isConsumed(_ queue: String) -> Bool {
        InMemoryQueues.Key.lanes(of: queue).allSatisfy(consumed.contains)
    }

    /// Takes over what is paused.
    ///
    /// - Returns: The lanes that are consumed no more.
    mutating func pause(_ queues: Set<String>) -> [InMemoryQueues.Key] {
        guard queues != paused else { return [] }
        // What is consumed was asked for.
        rested = rested.union(self.queues.filter { isConsumed($0) }).intersection(queues)
        paused = queues
        let lanes = self.queues.filter { queues.contains($0) }.flatMap(InMemoryQueues.Key.lanes)
        let ended = lanes.filter { consumed.remove($0) != nil }
        change.ring()
        return ended
    }

    func hasRoom(_ key: InMemoryQueues.Key, limit: Int) -> Bool {
        isConnected && takesDeliveries && counts[key] ?? 0 < limit
    }

    mutating func connect(session: UInt64, at now: JobInstant) {
        self.session = session
        isConnected = true
        since = now
    }

    /// Tells the server that it is connected, once in a session.
    mutating func announce() {
        guard !isAnnounced else { return }
        isAnnounced = true
        events.yield(.connected)
    }

    /// - Returns: What was not settled, in the order in which it came.
    mutating func disconnect(reason: String) -> [InMemoryQueues.Message] {
        let messages = unsettled.sorted { $0.key < $1.key }.map { Self.again($0.value.message) }
        unsettled = [:]
        counts = [:]
        consumed = []
        refused = []
        rested = []
        isConnected = false
        isAnnounced = false
        events.yield(.disconnected(reason: reason))
        return messages
    }

    mutating func take(_ message: InMemoryQueues.Message, under key: InMemoryQueues.Key, tag: UInt64) -> [Delivery] {
        unsettled[tag] = Unsettled(message: message, rest: message.messages, key: key)
        counts[key, default: 0] += 1
        return message.messages.map {
            Delivery(
                message: $0,
                isRedelivered: message.isRedelivered,
                session: session,
                tag: tag,
                isBundled: key.isBundled
            )
        }
    }

    /// - Returns: The queue in which there may be room now; `nil` when that part of a bundle was settled before.
    mutating func acknowledge(_ delivery: Delivery) -> InMemoryQueues.Key? {
        guard let entry = unsettled[delivery.tag], let index = entry.rest.firstIndex(of: delivery.message) else {
            return nil
        }
        unsettled[delivery.tag]?.rest.remove(at: index)
        if entry.rest.count == 1 { remove(delivery.tag) }
        return entry.key
    }

    mutating func release(_ tag: UInt64) -> InMemoryQueues.Message? {
        remove(tag).map { Self.again($0.message) }
    }

    /// Loses a lane that was deleted, with what was delivered from it; it is to be consumed again.
    mutating func lose(_ key: InMemoryQueues.Key) {
        unsettled = unsettled.filter { $0.value.key != key }
        counts[key] = nil
        if consumed.remove(key) != nil { change.ring() }
    }

    @discardableResult
    private mutating func remove(_ tag: UInt64) -> Unsettled? {
        guard let entry = unsettled.removeValue(forKey: tag) else { return nil }
        counts[entry.key, default: 0] -= 1
        return entry
    }

    private static func again(_ message: InMemoryQueues.Message) -> InMemoryQueues.Message {
        InMemoryQueues.Message(message.messages, isRedelivered: true)
    }
}

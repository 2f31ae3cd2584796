import DequeModule

/// What ``InMemoryTransport`` holds: queues, the channels of consumers, and what each has not settled.
///
/// The same rules as the broker's: a queue is in order, what is delivered stays its own until it is settled, and comes
/// again at the front, marked as redelivered, when its channel ends.
package struct InMemoryQueues: Sendable {
    /// One message: a wake-up, a bundle of them, or a probe.
    package struct Message: Sendable {
        /// The wake-ups, all of one queue; none in a probe.
        package let messages: [DispatchMessage]
        /// The round that a probe belongs to.
        package let probe: ProbeID?
        /// Whether it was handed out before.
        package let isRedelivered: Bool
        /// Where it waits.
        let key: Key

        /// Makes a message.
        ///
        /// - Parameters:
        ///   - messages: The wake-ups; one at least, all of one queue.
        ///   - isRedelivered: Whether it was handed out before.
        package init(_ messages: [DispatchMessage], isRedelivered: Bool = false) {
            self.messages = messages
            self.isRedelivered = isRedelivered
            probe = nil
            key = Key(queue: messages[0].queue, level: messages[0].level, isBundled: messages.count > 1)
        }

        init(_ probe: ProbeID, in key: Key) {
            messages = []
            self.probe = probe
            isRedelivered = false
            self.key = key
        }
    }

    /// A lane of a queue: bundles have one of their own, and so has each level but normal.
    package struct Key: Hashable, Sendable {
        let queue: String
        let level: JobPriorityLevel
        let isBundled: Bool

        /// The lanes of a queue, in order.
        static func lanes(of queue: String) -> [Key] {
            [
                Key(queue: queue, level: .normal, isBundled: false), Key(queue: queue, level: .normal, isBundled: true),
            ] + JobPriorityLevel.prioritized.map { Key(queue: queue, level: $0, isBundled: false) }
        }

        /// What a probe says that has come through this lane.
        func returning(_ probe: ProbeID) -> ProbeReturn {
            let lanes = Self.lanes(of: queue)
            return ProbeReturn(probe: probe, queue: queue, lane: lanes.firstIndex(of: self) ?? 0, lanes: lanes.count)
        }
    }

    /// What a channel gets at one go.
    private struct Arrived {
        var deliveries: [Delivery] = []
        var probes: [ProbeReturn] = []
    }

    struct Queue: Sendable {
        var messages: Deque<Message> = []
        /// The channels that consume it, in the order in which they came, and whose turn it is.
        var channels: [Int] = []
        var turn = 0
    }

    /// Whether the broker can be reached; a fault layer may say no.
    package var isUp = true
    /// Whether what is given back, or was not settled when its channel ended, goes to the front of its queue.
    ///
    /// Asked each time. A fault layer may say no, as a broker does for a message that came too often.
    package var requeuesAtFront: @Sendable () -> Bool = { true }
    var queues: [Key: Queue] = [:]
    /// The queues that were deleted and not declared since; any other is there, with or without messages.
    package internal(set) var missing: Set<String> = []
    var channels: [Int: InMemoryChannel] = [:]
    var lastChannel = 0
    var lastSession: UInt64 = 0
    private var lastTag: UInt64 = 0

    // MARK: Questions

    /// How many wake-ups wait in queues.
    package var depth: Int {
        queues.values.reduce(0) { depth, queue in queue.messages.reduce(depth) { $0 + $1.messages.count } }
    }

    /// How many wake-ups are delivered and not settled.
    package var unsettledCount: Int {
        channels.values.reduce(0) { count, channel in channel.unsettled.values.reduce(count) { $0 + $1.rest.count } }
    }

    /// The wake-ups that wait in a queue: single ones, then those that came in bundles, then those of other levels than
    /// normal.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: The wake-ups, in order.
    package func waiting(in queue: String) -> [DispatchMessage] {
        Key.lanes(of: queue).flatMap { queues[$0]?.messages.flatMap(\.messages) ?? [] }
    }

    /// Whether a copy of a wake-up waits or is delivered and not settled.
    ///
    /// - Parameter message: The wake-up.
    /// - Returns: Whether there is one.
    package func holds(_ message: DispatchMessage) -> Bool {
        waiting(in: message.queue).contains(message)
            || channels.values.contains { $0.unsettled.values.contains { $0.rest.contains(message) } }
    }

    // MARK: Messages

    /// Puts a message into its queue and hands out what can be.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - atFront: Whether it goes before all that waits.
    package mutating func put(_ message: Message, atFront: Bool = false) {
        store(message, atFront: atFront)
        deliver(message.key)
    }

    mutating func store(_ message: Message, atFront: Bool) {
        if atFront {
            queues[message.key, default: Queue()].messages.prepend(message)
        } else {
            queues[message.key, default: Queue()].messages.append(message)
        }
    }

    /// Hands out what waits in a queue, to its channels in turn, as far as prefetch allows.
    mutating func deliver(_ key: Key) {
        // Taken out, so that what is removed from it does not copy the rest.
        guard queues[key]?.messages.isEmpty == false, var queue = queues.removeValue(forKey: key) else { return }
        defer { queues[key] = queue }
        var arrived: [Int: Arrived] = [:]
        while !queue.messages.isEmpty, let id = next(of: &queue, key) {
            let message = queue.messages.removeFirst()
            if let probe = message.probe {
                arrived[id, default: Arrived()].probes.append(key.returning(probe))
                continue
            }
            lastTag += 1
            let deliveries = channels[id]?.take(message, under: key, tag: lastTag) ?? []
            arrived[id, default: Arrived()].deliveries += deliveries
        }
        for id in queue.channels {
            guard let arrived = arrived[id], let events = channels[id]?.events else { continue }
            if !arrived.deliveries.isEmpty { events.yield(.arrived(arrived.deliveries, words: [])) }
            if !arrived.probes.isEmpty { events.yield(.probed(arrived.probes)) }
        }
    }

    private func next(of queue: inout Queue, _ key: Key) -> Int? {
        for step in queue.channels.indices {
            let position = (queue.turn + step) % queue.channels.count
            guard let channel = channels[queue.channels[position]] else { continue }
            if channel.hasRoom(key, limit: limit(of: key, on: channel)) {
                queue.turn = position + 1
                return queue.channels[position]
            }
        }
        return nil
    }

    private func limit(of key: Key, on channel: InMemoryChannel) -> Int {
        if key.isBundled { return DispatchBundle.prefetch(besides: channel.prefetch) }
        return key.level == .normal ? channel.prefetch : channel.levelPrefetch
    }

    // MARK: Settling

    /// Acknowledges one delivery.
    ///
    /// - Parameters:
    ///   - delivery: The delivery.
    ///   - id: The channel.
    /// - Returns: Whether that settled anything; `nil` for one of another session of the channel, or of a message that is
    ///   settled.
    package mutating func acknowledge(_ delivery: Delivery, on id: Int) -> Bool? {
        guard isUnsettled(delivery, on: id) else { return nil }
        guard let key = channels[id]?.acknowledge(delivery) else { return false }
        deliver(key)
        return true
    }

    /// Whether a delivery can still be settled.
    ///
    /// - Parameters:
    ///   - delivery: The delivery.
    ///   - id: The channel.
    /// - Returns: Whether it can; not one of an earlier connection.
    package func isUnsettled(_ delivery: Delivery, on id: Int) -> Bool {
        channels[id]?.session == delivery.session && channels[id]?.unsettled[delivery.tag] != nil
    }

    /// Gives messages back to the front of their queues, in the order in which they came.
    ///
    /// - Parameters:
    ///   - deliveries: The deliveries; with one of a bundle goes the whole message.
    ///   - id: The channel.
    /// - Returns: What was given back.
    @discardableResult
    package mutating func giveBack(_ deliveries: [Delivery], on id: Int) -> [DispatchMessage] {
        let tags = deliveries.filter { channels[id]?.session == $0.session }.map(\.tag).sorted()
        let messages = tags.compactMap { channels[id]?.release($0) }
        requeue(messages)
        for message in messages.reversed() { deliver(message.key) }
        return messages.flatMap(\.messages)
    }

    /// Puts messages into their queues again, in the order in which they came.
    mutating func requeue(_ messages: [Message]) {
        guard !messages.isEmpty else { return }
        if requeuesAtFront() {
            for message in messages.reversed() { store(message, atFront: true) }
        } else {
            for message in messages { store(message, atFront: false) }
        }
    }
}

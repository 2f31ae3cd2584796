import DequeModule

/// What ``InMemoryTransport`` holds: queues, the channels of consumers, and what each has not settled.
///
/// The same rules as the broker's: a queue is in order, what is delivered stays its own until it is settled, and comes
/// again at the front, marked as redelivered, when its channel ends.
package struct InMemoryQueues: Sendable {
    /// One message: a wake-up, or a bundle of them.
    package struct Message: Sendable {
        /// The wake-ups; one at least, all of one queue.
        package var messages: [DispatchMessage]
        /// Whether it was handed out before.
        package var isRedelivered = false

        /// Where it waits.
        var key: Key { Key(queue: messages[0].queue, isBundled: messages.count > 1) }

        /// Makes a message.
        ///
        /// - Parameters:
        ///   - messages: The wake-ups; one at least, all of one queue.
        ///   - isRedelivered: Whether it was handed out before.
        package init(_ messages: [DispatchMessage], isRedelivered: Bool = false) {
            self.messages = messages
            self.isRedelivered = isRedelivered
        }
    }

    /// A queue's name; bundles have queues of their own.
    package struct Key: Hashable, Sendable {
        let queue: String
        let isBundled: Bool
    }

    struct Queue: Sendable {
        var messages: Deque<Message> = []
        /// The channels that consume it, in the order in which they came, and whose turn it is.
        var channels: [Int] = []
        var turn = 0
    }

    /// How many bundles of a queue a channel has at a time.
    private static var bundlePrefetch: Int { 2 }

    /// Whether the broker can be reached; a fault layer may say no.
    package var isUp = true
    /// Whether what is given back, or was not settled when its channel ended, goes to the front of its queue; asked each
    /// time. A fault layer may say no, as a broker does for a message that came too often.
    package var requeuesAtFront: @Sendable () -> Bool = { true }
    private(set) var queues: [Key: Queue] = [:]
    var channels: [Int: InMemoryChannel] = [:]
    private var lastChannel = 0
    private var lastSession: UInt64 = 0
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

    /// The wake-ups that wait in a queue, those that came in bundles last.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: The wake-ups, in order.
    package func waiting(in queue: String) -> [DispatchMessage] {
        [false, true].flatMap { queues[Key(queue: queue, isBundled: $0)]?.messages.flatMap(\.messages) ?? [] }
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

    private mutating func store(_ message: Message, atFront: Bool) {
        if atFront {
            queues[message.key, default: Queue()].messages.prepend(message)
        } else {
            queues[message.key, default: Queue()].messages.append(message)
        }
    }

    /// Hands out what waits in a queue, to its channels in turn, as far as prefetch allows.
    private mutating func deliver(_ key: Key) {
        // Taken out, so that what is removed from it does not copy the rest.
        guard queues[key]?.messages.isEmpty == false, var queue = queues.removeValue(forKey: key) else { return }
        defer { queues[key] = queue }
        var arrived: [Int: [Delivery]] = [:]
        while !queue.messages.isEmpty, let id = next(of: &queue, key) {
            let message = queue.messages.removeFirst()
            lastTag += 1
            arrived[id, default: []] += channels[id]?.take(message, under: key, tag: lastTag) ?? []
        }
        for id in queue.channels {
            if let deliveries = arrived[id] { channels[id]?.events.yield(.arrived(deliveries, words: [])) }
        }
    }

    private func next(of queue: inout Queue, _ key: Key) -> Int? {
        for step in queue.channels.indices {
            let position = (queue.turn + step) % queue.channels.count
            guard let channel = channels[queue.channels[position]] else { continue }
            if channel.hasRoom(key, limit: key.isBundled ? Self.bundlePrefetch : channel.prefetch) {
                queue.turn = position + 1
                return queue.channels[position]
            }
        }
        return nil
    }

    // MARK: Channels

    mutating func open(_ channel: InMemoryChannel) -> Int {
        lastChannel += 1
        channels[lastChannel] = channel
        return lastChannel
    }

    /// Begins to consume.
    mutating func run(_ id: Int, at now: JobInstant) {
        channels[id]?.isRunning = true
        connect(id, at: now)
    }

    /// Connects a channel that consumes and is not connected, if the broker can be reached.
    ///
    /// - Parameters:
    ///   - id: The channel.
    ///   - now: The present instant.
    package mutating func connect(_ id: Int, at now: JobInstant) {
        guard isUp, let channel = channels[id], channel.isRunning, !channel.isConnected else { return }
        lastSession += 1
        channels[id]?.connect(session: lastSession, at: now)
        for key in channel.keys {
            queues[key, default: Queue()].channels.append(id)
            deliver(key)
        }
    }

    /// Cuts a channel's connection: what it has not settled comes again, in the order in which it came.
    ///
    /// - Parameters:
    ///   - id: The channel.
    ///   - reason: Why, for the server.
    package mutating func disconnect(_ id: Int, reason: String) {
        guard let channel = channels[id], channel.isConnected else { return }
        let unsettled = channels[id]?.disconnect(reason: reason) ?? []
        for key in channel.keys { queues[key]?.channels.removeAll { $0 == id } }
        requeue(unsettled)
        for key in channel.keys { deliver(key) }
    }

    /// Ends a channel for good.
    mutating func close(_ id: Int) {
        disconnect(id, reason: "The consumer has ended.")
        channels.removeValue(forKey: id)?.events.finish()
    }

    /// The channels there are, in the order in which they came.
    package var channelIDs: [Int] { channels.keys.sorted() }

    // MARK: Settling

    /// Acknowledges one delivery.
    ///
    /// - Parameters:
    ///   - delivery: The delivery.
    ///   - id: The channel.
    /// - Returns: Whether that settled anything; `nil` for one of another session of the channel, or of a message that is
    ///   settled.
    package mutating func acknowledge(_ delivery: Delivery, on id: Int) -> Bool? {
        guard channels[id]?.session == delivery.session, channels[id]?.unsettled[delivery.tag] != nil else {
            return nil
        }
        guard let key = channels[id]?.acknowledge(delivery) else { return false }
        deliver(key)
        return true
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
    private mutating func requeue(_ messages: [Message]) {
        guard !messages.isEmpty else { return }
        if requeuesAtFront() {
            for message in messages.reversed() { store(message, atFront: true) }
        } else {
            for message in messages { store(message, atFront: false) }
        }
    }
}

import Baton
import DequeModule
import Locking

extension FakeBroker {
    func attach(_ id: Int) {
        state.withLock { state in
            guard state.isUp else { return }
            Self.connect(id, &state, at: storage.clock.now)
            Self.deliver(&state)
        }
    }

    func detach(_ id: Int) {
        state.withLock { state in
            Self.disconnect(id, &state)
            state.channels.removeValue(forKey: id)?.events.finish()
            Self.deliver(&state)
        }
    }

    func stopDeliveries(_ id: Int) {
        state.withLock { $0.channels[id]?.takesDeliveries = false }
    }

    func acknowledge(_ id: Int, _ deliveries: [Delivery]) {
        for delivery in deliveries {
            let isSafe: Bool? = state.withLock { state in
                guard state.channels[id]?.session == delivery.session,
                    let rest = state.channels[id]?.unsettled[delivery.tag]
                else { return nil }
                guard let index = rest.firstIndex(of: delivery.message) else {
                    storage.report("a part of a bundle was settled twice: another of its parts pays for it (I3)")
                    return nil
                }
                state.channels[id]?.unsettled[delivery.tag]?.remove(at: index)
                if rest.count == 1 {
                    state.channels[id]?.unsettled[delivery.tag] = nil
                    state.channels[id]?.delivered[delivery.tag] = nil
                }
                state.acknowledged.append(delivery.message)
                return state.parked.contains(delivery.message)
                    || delivery.isBundled && Self.has(delivery.message, state)
            }
            if let isSafe { storage.checkAcknowledged(delivery.message, isSafe: isSafe) }
        }
        state.withLock { Self.deliver(&$0) }
    }

    /// Whether another copy of a message waits or is delivered.
    private static func has(_ message: DispatchMessage, _ state: State) -> Bool {
        let waiting = [state.queues[message.queue], state.bundleQueues[message.queue]]
        return waiting.contains { $0?.contains { $0.messages.contains(message) } ?? false }
            || state.channels.values.contains { $0.unsettled.values.contains { $0.contains(message) } }
    }

    func giveBack(_ id: Int, _ deliveries: [Delivery]) {
        state.withLock { state in
            for delivery in deliveries where state.channels[id]?.session == delivery.session {
                guard state.channels[id]?.unsettled.removeValue(forKey: delivery.tag) != nil,
                    let messages = state.channels[id]?.delivered.removeValue(forKey: delivery.tag)
                else { continue }
                state.givenBack += messages
                Self.put(Message(messages: messages, isRedelivered: true), atFront: true, &state)
            }
            Self.deliver(&state)
        }
    }

    static func connect(_ id: Int, _ state: inout State, at now: JobInstant) {
        guard state.channels[id]?.isConnected == false else { return }
        state.lastSession += 1
        state.channels[id]?.session = state.lastSession
        state.channels[id]?.isConnected = true
        state.channels[id]?.since = now
        state.channels[id]?.events.yield(.connected)
    }

    static func disconnect(_ id: Int, _ state: inout State) {
        guard let channel = state.channels[id], channel.isConnected else { return }
        for (_, messages) in channel.delivered.sorted(by: { $0.key > $1.key }) {
            put(Message(messages: messages, isRedelivered: true), atFront: true, &state)
        }
        state.channels[id]?.unsettled = [:]
        state.channels[id]?.delivered = [:]
        state.channels[id]?.isConnected = false
        channel.events.yield(.disconnected(reason: "cut by the test"))
    }

    /// How many bundles of a queue a consumer has at a time.
    private static var bundlePrefetch: Int { 2 }

    /// Hands out what waits, as far as prefetch allows.
    static func deliver(_ state: inout State) {
        for (id, channel) in state.channels.sorted(by: { $0.key < $1.key })
        where channel.isConnected && channel.takesDeliveries {
            for queue in channel.queues {
                deliver(from: \.queues, queue, atMost: channel.prefetch, to: id, &state)
                deliver(from: \.bundleQueues, queue, atMost: bundlePrefetch, to: id, &state)
            }
        }
    }

    private static func deliver(
        from path: WritableKeyPath<State, [String: Deque<Message>]>,
        _ queue: String,
        atMost limit: Int,
        to id: Int,
        _ state: inout State
    ) {
        guard let channel = state.channels[id] else { return }
        let isBundled = path == \.bundleQueues
        var unsettled = channel.unsettled.count { tag, messages in
            messages[0].queue == queue && channel.bundleTags.contains(tag) == isBundled
        }
        var deliveries: [Delivery] = []
        while unsettled < limit, let next = state[keyPath: path][queue]?.popFirst() {
            unsettled += 1
            state.lastTag += 1
            state.channels[id]?.unsettled[state.lastTag] = next.messages
            state.channels[id]?.delivered[state.lastTag] = next.messages
            if isBundled { state.channels[id]?.bundleTags.insert(state.lastTag) }
            deliveries += next.messages.map { message in
                Delivery(
                    message: message,
                    isRedelivered: next.isRedelivered,
                    session: channel.session,
                    tag: state.lastTag,
                    isBundled: isBundled
                )
            }
        }
        if !deliveries.isEmpty { channel.events.yield(.arrived(deliveries, words: [])) }
    }
}

import Baton
import DequeModule
import Locking

/// A broker in memory: queues, manual acknowledgement, redelivery, with faults on demand.
///
/// At each acknowledgement it asks storage whether invariant I3 holds.
final class FakeBroker: JobTransport {
    /// What befalls one published message.
    enum Fate {
        /// It arrives and is confirmed.
        case confirmed
        /// It does not arrive, and the publisher knows.
        case refused
        /// It arrives, and the publisher cannot know.
        case unanswered
        /// It arrives twice.
        case doubled
    }

    struct Message: Sendable {
        var message: DispatchMessage
        var isRedelivered = false
    }

    struct Channel: Sendable {
        var presence: ServerPresence
        var since = JobInstant(offset: .zero)
        var queues: [String]
        var prefetch: Int
        var events: AsyncStream<TransportEvent>.Continuation
        var session: UInt64 = 0
        var isConnected = false
        var takesDeliveries = true
        var unsettled: [UInt64: DispatchMessage] = [:]
    }

    struct State: Sendable {
        var isUp = true
        var fates: [Fate] = []
        var queues: [String: Deque<Message>] = [:]
        var channels: [Int: Channel] = [:]
        var lastTag: UInt64 = 0
        var lastSession: UInt64 = 0
        var published: [DispatchMessage] = []
        var acknowledged: [DispatchMessage] = []
        var givenBack: [DispatchMessage] = []
        var parked: [DispatchMessage] = []
        var words: [ControlMessage] = []
        var refusesParking = false
        var publishGate: Gate?
        var acknowledgeGate: Gate?
    }

    private let state = Locked(State())
    private let storage: FakeStorage

    init(storage: FakeStorage) {
        self.storage = storage
    }

    func run() async throws {
        await Gate().pass()
    }

    // MARK: The test's side

    /// Looks inside.
    func read<Answer: Sendable>(_ body: (State) -> Answer) -> Answer {
        state.withLock { body($0) }
    }

    /// Says what befalls the next messages, one fate each; those after are confirmed.
    func plan(_ fates: Fate...) {
        state.withLock { $0.fates += fates }
    }

    /// Holds publishes before they reach the broker, until the gate is opened.
    func holdPublishes() -> Gate {
        let gate = Gate()
        state.withLock { $0.publishGate = gate }
        return gate
    }

    /// Holds acknowledgements on their way to the broker, until the gate is opened.
    func holdAcknowledgements() -> Gate {
        let gate = Gate()
        state.withLock { $0.acknowledgeGate = gate }
        return gate
    }

    var refusesParking: Bool {
        get { state.withLock { $0.refusesParking } }
        set { state.withLock { $0.refusesParking = newValue } }
    }

    /// How many messages wait in queues.
    var depth: Int {
        read { $0.queues.values.reduce(0) { $0 + $1.count } }
    }

    /// How many messages are delivered and not settled.
    var unsettledCount: Int {
        read { $0.channels.values.reduce(0) { $0 + $1.unsettled.count } }
    }

    /// Puts a message into its queue as if from nowhere.
    func inject(_ message: DispatchMessage, isRedelivered: Bool = false) {
        state.withLock { state in
            state.queues[message.queue, default: []].append(Message(message: message, isRedelivered: isRedelivered))
            Self.deliver(&state)
        }
    }

    /// Cuts every connection; consumers connect again at once, and what was not settled comes again.
    func cut() {
        state.withLock { state in
            for id in state.channels.keys {
                Self.disconnect(id, &state)
                Self.connect(id, &state, at: storage.clock.now)
            }
            Self.deliver(&state)
        }
    }

    /// Goes down: nothing is published or delivered.
    func goDown() {
        state.withLock { state in
            state.isUp = false
            for id in state.channels.keys { Self.disconnect(id, &state) }
        }
    }

    /// Comes up again, with its durable queues.
    func comeUp() {
        state.withLock { state in
            state.isUp = true
            for id in state.channels.keys { Self.connect(id, &state, at: storage.clock.now) }
            Self.deliver(&state)
        }
    }

    // MARK: JobTransport

    var isConnected: Bool {
        read(\.isUp)
    }

    func publish(_ messages: [DispatchMessage]) async -> [PublishOutcome] {
        if let gate = read(\.publishGate) { await gate.pass() }
        return state.withLock { state in
            defer { Self.deliver(&state) }
            return messages.map { message in
                guard state.isUp else { return .unconfirmed(reason: "down") }
                state.published.append(message)
                let fate = state.fates.isEmpty ? .confirmed : state.fates.removeFirst()
                let copies = fate == .refused ? 0 : fate == .doubled ? 2 : 1
                for _ in 0..<copies {
                    state.queues[message.queue, default: []].append(Message(message: message))
                }
                return fate == .confirmed || fate == .doubled ? .confirmed : .unconfirmed(reason: "\(fate)")
            }
        }
    }

    func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome] {
        state.withLock { state in
            guard state.isUp, !state.refusesParking else { return messages.map { _ in .unconfirmed(reason: "down") } }
            state.parked += messages
            return messages.map { _ in .confirmed }
        }
    }

    func broadcast(_ message: ControlMessage) async {
        state.withLock { state in
            state.words.append(message)
            for channel in state.channels.values where channel.isConnected {
                channel.events.yield(.arrived([], words: [message]))
            }
        }
    }

    func makeConsumer(queues: [String], prefetch: Int, presence: ServerPresence) -> any JobConsumer {
        let (events, continuation) = AsyncStream<TransportEvent>.makeStream()
        let id = state.withLock { state in
            let id = state.channels.count
            state.channels[id] = Channel(presence: presence, queues: queues, prefetch: prefetch, events: continuation)
            return id
        }
        return FakeConsumer(id: id, broker: self, events: events)
    }

    // MARK: Presence

    /// Whether a server's own queue is there.
    func isPresent(_ id: Int) -> Bool {
        read { $0.channels[id]?.isConnected ?? false }
    }

    func sight(_ presence: ServerPresence, from id: Int) -> PresenceSighting? {
        let now = storage.clock.now
        return read { state in
            guard let own = state.channels[id], own.isConnected else { return nil }
            return PresenceSighting(
                isThere: state.channels.values.contains { $0.presence == presence && $0.isConnected },
                connectionAge: own.since.duration(to: now)
            )
        }
    }

    // MARK: Channels

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
        for message in settle(id, deliveries) {
            let isParked = state.withLock { state in
                state.acknowledged.append(message)
                return state.parked.contains(message)
            }
            storage.checkAcknowledged(message, isParked: isParked)
        }
        state.withLock { Self.deliver(&$0) }
    }

    func giveBack(_ id: Int, _ deliveries: [Delivery]) {
        let messages = settle(id, deliveries)
        state.withLock { state in
            for message in messages {
                state.givenBack.append(message)
                state.queues[message.queue, default: []].prepend(Message(message: message, isRedelivered: true))
            }
            Self.deliver(&state)
        }
    }

    /// What is settled of a list: only what this life of the channel has delivered.
    private func settle(_ id: Int, _ deliveries: [Delivery]) -> [DispatchMessage] {
        state.withLock { state in
            deliveries.compactMap { delivery in
                guard state.channels[id]?.session == delivery.session else { return nil }
                return state.channels[id]?.unsettled.removeValue(forKey: delivery.tag)
            }
        }
    }

    private static func connect(_ id: Int, _ state: inout State, at now: JobInstant) {
        guard state.channels[id]?.isConnected == false else { return }
        state.lastSession += 1
        state.channels[id]?.session = state.lastSession
        state.channels[id]?.isConnected = true
        state.channels[id]?.since = now
        state.channels[id]?.events.yield(.connected)
    }

    private static func disconnect(_ id: Int, _ state: inout State) {
        guard let channel = state.channels[id], channel.isConnected else { return }
        for (_, message) in channel.unsettled.sorted(by: { $0.key > $1.key }) {
            state.queues[message.queue, default: []].prepend(Message(message: message, isRedelivered: true))
        }
        state.channels[id]?.unsettled = [:]
        state.channels[id]?.isConnected = false
        channel.events.yield(.disconnected(reason: "cut by the test"))
    }

    /// Hands out what waits, as far as prefetch allows.
    private static func deliver(_ state: inout State) {
        for (id, channel) in state.channels.sorted(by: { $0.key < $1.key })
        where channel.isConnected && channel.takesDeliveries {
            for queue in channel.queues {
                var deliveries: [Delivery] = []
                let unsettled = channel.unsettled.values.count { $0.queue == queue }
                while unsettled + deliveries.count < channel.prefetch, let next = state.queues[queue]?.popFirst() {
                    state.lastTag += 1
                    state.channels[id]?.unsettled[state.lastTag] = next.message
                    deliveries.append(
                        Delivery(
                            message: next.message,
                            isRedelivered: next.isRedelivered,
                            session: channel.session,
                            tag: state.lastTag
                        )
                    )
                }
                if !deliveries.isEmpty { channel.events.yield(.arrived(deliveries, words: [])) }
            }
        }
    }
}

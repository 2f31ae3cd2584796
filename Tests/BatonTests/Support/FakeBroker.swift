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

    /// A wake-up, or a bundle of them.
    struct Message: Sendable {
        var messages: [DispatchMessage]
        var isRedelivered = false

        var message: DispatchMessage { messages[0] }
        var isBundle: Bool { messages.count > 1 }
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
        /// What is not settled; of bundles, what is left of them.
        var unsettled: [UInt64: [DispatchMessage]] = [:]
        /// What was delivered and is not settled, bundles whole: as it comes again.
        var delivered: [UInt64: [DispatchMessage]] = [:]
        var bundleTags: Set<UInt64> = []
    }

    struct State: Sendable {
        var isUp = true
        var fates: [Fate] = []
        var queues: [String: Deque<Message>] = [:]
        var bundleQueues: [String: Deque<Message>] = [:]
        var channels: [Int: Channel] = [:]
        var lastTag: UInt64 = 0
        var lastSession: UInt64 = 0
        var published: [DispatchMessage] = []
        var publishedBundles: [Int] = []
        var acknowledged: [DispatchMessage] = []
        var givenBack: [DispatchMessage] = []
        var parked: [DispatchMessage] = []
        var words: [ControlMessage] = []
        var refusesParking = false
        var isSilent = false
        var publishGate: Gate?
        var acknowledgeGate: Gate?
    }

    let state = Locked(State())
    let storage: FakeStorage

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

    /// Whether no look is answered, although every connection seems to stand.
    var isSilent: Bool {
        get { state.withLock { $0.isSilent } }
        set { state.withLock { $0.isSilent = newValue } }
    }

    /// How many wake-ups wait in queues.
    var depth: Int {
        read { state in
            (Array(state.queues.values) + state.bundleQueues.values).reduce(0) { depth, queue in
                depth + queue.reduce(0) { $0 + $1.messages.count }
            }
        }
    }

    /// How many wake-ups are delivered and not settled.
    var unsettledCount: Int {
        read { $0.channels.values.flatMap(\.unsettled.values).reduce(0) { $0 + $1.count } }
    }

    /// Puts a message into its queue as if from nowhere.
    func inject(_ message: DispatchMessage, isRedelivered: Bool = false) {
        state.withLock { state in
            state.queues[message.queue, default: []].append(Message(messages: [message], isRedelivered: isRedelivered))
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

    func publish(_ bundles: [DispatchBundle], onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void) {
        guard let gate = read(\.publishGate) else { return onOutcome(publish(bundles)) }
        Task {
            await gate.pass()
            onOutcome(publish(bundles))
        }
    }

    private func publish(_ bundles: [DispatchBundle]) -> [PublishOutcome] {
        state.withLock { state in
            defer { Self.deliver(&state) }
            return bundles.map { bundle in
                guard state.isUp else { return .unconfirmed(reason: "down") }
                state.published += bundle.messages
                state.publishedBundles.append(bundle.messages.count)
                let fate = state.fates.isEmpty ? .confirmed : state.fates.removeFirst()
                let copies = fate == .refused ? 0 : fate == .doubled ? 2 : 1
                for _ in 0..<copies {
                    Self.put(Message(messages: bundle.messages), atFront: false, &state)
                }
                return fate == .confirmed || fate == .doubled ? .confirmed : .unconfirmed(reason: "\(fate)")
            }
        }
    }

    static func put(_ message: Message, atFront: Bool, _ state: inout State) {
        let path = message.isBundle ? \State.bundleQueues : \State.queues
        if atFront {
            state[keyPath: path][message.message.queue, default: []].prepend(message)
        } else {
            state[keyPath: path][message.message.queue, default: []].append(message)
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

    func makeConsumer(
        queues: [String],
        prefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?
    ) -> any JobConsumer {
        let (events, continuation) = AsyncStream<TransportEvent>.makeStream()
        let id = state.withLock { state in
            let id = state.channels.count
            state.channels[id] = Channel(presence: presence, queues: queues, prefetch: prefetch, events: continuation)
            return id
        }
        return FakeConsumer(id: id, broker: self, events: events)
    }
}

import Baton
import Locking

/// An ``InMemoryTransport`` with faults on demand.
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
        /// It arrives and is confirmed, and the broker loses it.
        case lost
    }

    struct State: Sendable {
        var fates: [Fate] = []
        var published: [DispatchMessage] = []
        var publishedBundles: [Int] = []
        var acknowledged: [DispatchMessage] = []
        var givenBack: [DispatchMessage] = []
        var parked: [DispatchMessage] = []
        var words: [ControlMessage] = []
        var probes: [ProbeID] = []
        var refusesParking = false
        var isSilent = false
        var isBlocked = false
        var awaitsAnswers = true
        var publishGate: Gate?
        var acknowledgeGate: Gate?
    }

    let inner: InMemoryTransport
    let state = Locked(State())
    let storage: FakeStorage
    /// What other programs submit to the one server that takes it.
    let submissions: FakeSubmissions

    init(storage: FakeStorage) {
        self.storage = storage
        submissions = FakeSubmissions(storage: storage)
        inner = InMemoryTransport(clock: storage.clock)
    }

    func run() async throws {
        await Gate().pass()
    }

    // MARK: The test's side

    /// Looks at what has happened.
    func read<Answer: Sendable>(_ body: (State) -> Answer) -> Answer {
        state.withLock { body($0) }
    }

    /// Says what befalls the next messages, one fate each; those after are confirmed.
    func plan(_ fates: Fate...) {
        plan(fates)
    }

    /// Says what befalls the next messages, one fate each; those after are confirmed.
    func plan(_ fates: [Fate]) {
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

    /// Whether it takes no messages, and delivers those that it has.
    var isBlocked: Bool {
        get { state.withLock { $0.isBlocked } }
        set { state.withLock { $0.isBlocked = newValue } }
    }

    /// Whether what is held has been sent; otherwise it waits for its queue.
    var awaitsAnswers: Bool {
        get { state.withLock { $0.awaitsAnswers } }
        set { state.withLock { $0.awaitsAnswers = newValue } }
    }

    /// How many wake-ups wait in queues.
    var depth: Int { inner.depth }

    /// How many wake-ups are delivered and not settled.
    var unsettledCount: Int { inner.unsettledCount }

    /// Puts a message into its queue as if from nowhere.
    func inject(_ message: DispatchMessage, isRedelivered: Bool = false) {
        inner.change { $0.put(InMemoryQueues.Message([message], isRedelivered: isRedelivered)) }
    }

    /// Cuts every connection; consumers connect again at once, and what was not settled comes again.
    func cut() {
        inner.cut()
    }

    /// Loses what waits in a queue.
    @discardableResult
    func purge(_ queue: String) -> [DispatchMessage] {
        inner.purge(queue)
    }

    /// Loses the messages that wait with a wake-up in them.
    @discardableResult
    func lose(_ message: DispatchMessage) -> [DispatchMessage] {
        inner.lose(message)
    }

    /// Loses a queue with all that it held.
    func delete(_ queue: String) {
        inner.delete(queue)
    }

    /// Goes down: nothing is published or delivered.
    func goDown() {
        inner.goDown()
    }

    /// Comes up again, with its durable queues.
    func comeUp() {
        inner.comeUp()
    }

    // MARK: JobTransport

    var isConnected: Bool { inner.isConnected && !isBlocked }

    func publish(_ bundles: [DispatchBundle], onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void) {
        guard let gate = read(\.publishGate) else { return onOutcome(bundles.map(publish)) }
        Task {
            await gate.pass()
            onOutcome(bundles.map(publish))
        }
    }

    private func publish(_ bundle: DispatchBundle) -> PublishOutcome {
        guard isConnected else { return .unconfirmed(reason: "down") }
        let fate = state.withLock { state in
            state.published += bundle.messages
            state.publishedBundles.append(bundle.messages.count)
            return state.fates.isEmpty ? .confirmed : state.fates.removeFirst()
        }
        if fate == .lost { return .confirmed }
        let copies = fate == .refused ? 0 : fate == .doubled ? 2 : 1
        let outcomes = Locked<[PublishOutcome]>([])
        for _ in 0..<copies {
            // Answered before it returns.
            inner.publish([bundle]) { answer in outcomes.withLock { $0 += answer } }
        }
        if fate == .refused { return .refused(reason: "\(fate)") }
        guard fate == .confirmed || fate == .doubled else { return .unconfirmed(reason: "\(fate)") }
        return outcomes.withLock { $0.last } ?? .unconfirmed(reason: "\(fate)")
    }

    func watch(_ watch: any QueueWatch) {
        inner.watch(watch)
    }

    func publish(_ probe: ProbeID, to queue: String) async -> Bool {
        state.withLock { $0.probes.append(probe) }
        return await inner.publish(probe, to: queue)
    }

    func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome] {
        guard !refusesParking else { return messages.map { _ in .unconfirmed(reason: "refused") } }
        let outcomes = await inner.park(messages, reason: reason)
        state.withLock { state in
            for (message, outcome) in zip(messages, outcomes) where outcome == .confirmed {
                state.parked.append(message)
            }
        }
        return outcomes
    }

    func broadcast(_ message: ControlMessage) async {
        state.withLock { $0.words.append(message) }
        await inner.broadcast(message)
    }

    func makeConsumer(
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> any JobConsumer {
        let consumer = inner.makeConsumer(
            queues: queues,
            prefetch: prefetch,
            levelPrefetch: levelPrefetch,
            presence: presence,
            willConsume: willConsume
        )
        return FakeConsumer(inner: consumer, broker: self)
    }

    func makeSubmissionConsumer(
        queues: [String],
        prefetch: Int,
        executor: (any TaskExecutor)?
    ) -> (any SubmissionConsumer)? {
        submissions
    }

    func publish(rejects: [RejectedSubmission]) async -> [PublishOutcome] {
        submissions.take(rejects)
    }
}

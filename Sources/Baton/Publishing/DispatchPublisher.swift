import Logging
import Locking

/// Publishes the dispatch messages of committed rows and answers for them until they are confirmed or given up.
///
/// One per client. The rules are in ``PublishLedger`` and ``PublishQueue``; this type only carries them out.
final class DispatchPublisher: Sendable {
    /// How many messages are in flight at most; beyond that, and where many come at a time, wake-ups travel in bundles.
    ///
    /// A broker that is not quick enough to have them confirmed before another is due is helped by fewer and larger ones.
    static let maximumInFlight = 8
    /// How many pending numbers a stored watermark lists.
    static let pendingLimit = maximumInFlight * DispatchBundle.limit
    /// How long a session counts as alive without a word.
    static let lease = Duration.seconds(15)

    struct State {
        var ledger: PublishLedger
        var isOpen = false
        /// Ledgers of sessions that are replaced, until the last of their messages is settled.
        var retiring: [PublishLedger] = []
        var queue: PublishQueue
        /// Marks given up, to be taken off their rows.
        var givenUp: [PublishMark] = []
        var isRunning = false
        /// From when on the broker counts as away, unless it is connected again by then.
        var awayFrom: JobInstant?
        /// Whether messages are on the wire that the broker has not answered for.
        var isAwaitingAnswers = false
        /// How often it has answered something.
        var answers = 0
        /// Whether it has answered nothing for so long that it counts as away, although the connection stands.
        var isSilent = false
        var isPumping = false
        /// The watermarks that were stored last, and when.
        var stored: [PublisherWatermark] = []
        var storedAt: JobInstant?
        /// Who waits for the next to be stored.
        var saveCallers: [Wakeup] = []

        mutating func withLedger(of session: PublisherSession, _ body: (inout PublishLedger) -> Void) {
            if ledger.session == session {
                body(&ledger)
            } else if let index = retiring.firstIndex(where: { $0.session == session }) {
                body(&retiring[index])
            }
        }
    }

    let storage: any JobStorage
    let transport: any JobTransport
    /// Whether there is a broker to publish to at all.
    let hasTransport: Bool
    /// How long it may answer nothing before it counts as away.
    let silence: Duration
    /// How long the first connection may take before the broker counts as away.
    private let startTimeout: Duration
    let environment: JobEnvironment
    let logger: Logger
    let state: Locked<State>
    /// Registers sessions: once for all the callers that find a session new.
    let openings: GroupCommit<PublisherSession, Void, JobStorageError>
    /// Rings when messages are to be tried again.
    private let retries = Wakeup()
    /// Rings when marks are to be taken off their rows.
    let releases = Wakeup()
    /// Rings when answers have come.
    private let idle = Wakeup()
    /// Rings when messages are on their way after none was.
    let sends = Wakeup()
    /// Rings when the broker has fallen silent, and when it is heard again.
    let turns = Chime<Wakeup>()
    /// Rings when watermarks are to be stored at once.
    let saves = Wakeup()
    /// Rings when there is something to repair: the broker is back, and what was stored meanwhile bears no mark; or messages
    /// were found to be lost.
    let returns = Chime<Wakeup>()

    init(
        storage: any JobStorage,
        transport: any JobTransport,
        environment: JobEnvironment,
        patience: Duration,
        startTimeout: Duration,
        silence: Duration,
        logger: Logger
    ) {
        self.startTimeout = startTimeout
        self.silence = silence
        self.storage = storage
        self.transport = transport
        hasTransport = !(transport is NoTransport)
        self.environment = environment
        self.logger = logger
        openings = GroupCommit(
            maximumBatch: .max,
            tasks: environment.tasks,
            isSharedFault: { _ in true }
        ) { sessions throws(JobStorageError) in
            for (session, _) in sessions.grouped(by: { $0 }) {
                try await storage.openSession(session, lease: Self.lease)
            }
            return sessions.map { _ in }
        }
        state = Locked(
            State(
                ledger: PublishLedger(session: PublisherSession(environment.makeUUID())),
                queue: PublishQueue(patience: patience, maximumInFlight: Self.maximumInFlight)
            )
        )
    }

    // MARK: Messages

    /// Publishes the messages of rows that a statement has just moved; settles the marks it left over.
    ///
    /// - Parameters:
    ///   - dispatches: The messages of the rows that bear marks of the range.
    ///   - marks: The range that was handed to the statement.
    func publish(_ dispatches: [MarkedDispatch], of marks: PublishMarkRange) {
        let used = Set(dispatches.lazy.map(\.sequence))
        settle(marks.sequences.lazy.filter { !used.contains($0) }.compactMap { marks.mark($0) })
        publish(
            dispatches.compactMap { dispatch in
                marks.mark(dispatch.sequence).map { (message: dispatch.message, mark: $0) }
            }
        )
    }

    /// Publishes the messages of new jobs; those that are not enqueued yet, or bear no mark, have none.
    ///
    /// - Parameter jobs: The jobs, which are stored.
    func publish(_ jobs: [NewJob]) {
        add(jobs)
        pump()
    }

    /// Takes over the messages of new jobs, as ``publish(_:)-([NewJob])`` does; ``pump()`` sends them on their way.
    ///
    /// - Parameter jobs: The jobs, which are stored.
    func add(_ jobs: [NewJob]) {
        add(
            jobs.compactMap { job in
                guard case .enqueued(let mark?) = job.start else { return nil }
                let message = DispatchMessage(
                    id: job.id,
                    generation: 1,
                    queue: job.queue,
                    name: job.name,
                    level: JobPriorityLevel(job.priority)
                )
                return (message, mark)
            }
        )
    }

    /// Publishes the messages of committed rows.
    ///
    /// They are on their way when this returns: from the thread that learnt of the commit, without a task of their own.
    ///
    /// - Parameter dispatches: The messages with the marks their rows bear.
    func publish(_ dispatches: [(message: DispatchMessage, mark: PublishMark)]) {
        add(dispatches)
        pump()
    }

    private func add(_ dispatches: [(message: DispatchMessage, mark: PublishMark)]) {
        guard !dispatches.isEmpty else { return }
        state.withLock { state in
            state.queue.append(dispatches.lazy.map { PublishQueue.Item(message: $0.message, mark: $0.mark) })
        }
    }

    // MARK: Life

    /// Publishes until cancelled.
    func run() async {
        let now = environment.clock.now
        state.withLock { state in
            state.isRunning = true
            state.awayFrom = now.advanced(by: startTimeout)
        }
        defer { state.withLock { $0.isRunning = false } }
        pump()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.keepWatermark() }
            group.addTask { await self.keepRetrying() }
            group.addTask { await self.keepReleasing() }
            group.addTask { await self.keepListening() }
        }
    }

    /// Waits until everything is published or given up.
    ///
    /// - Parameter patience: How long at most.
    /// - Returns: Whether it is.
    func flush(atMost patience: Duration) async -> Bool {
        let deadline = environment.clock.now.advanced(by: patience)
        while !state.withLock({ $0.queue.isEmpty }) {
            let left = environment.clock.now.duration(to: deadline)
            guard left > .zero, (try? await idle.wait(atMost: left, clock: environment.clock)) != nil else {
                return false
            }
        }
        return true
    }

    /// Stores the last watermarks and ends the sessions.
    func close() async {
        let ledgers = state.withLock { state in
            (state.isOpen ? [state.ledger] : []) + state.retiring
        }
        for ledger in ledgers {
            do throws(JobStorageError) {
                try await storage.closeSession(ledger.watermark(limit: Self.pendingLimit))
            } catch {
                logger.debug("publisher session not closed; its lease ends it", metadata: ["error": "\(error)"])
            }
        }
    }

    // MARK: Publishing

    /// Puts on the wire what may be there.
    ///
    /// Each parcel is a call of its own, so that one which the broker does not answer for holds up no other. An answer may
    /// come within the call; whoever pumps already goes on with what it makes room for.
    func pump() {
        let isFirst = state.withLock { state in
            defer { state.isPumping = true }
            return !state.isPumping
        }
        guard isFirst else { return }
        while true {
            let now = environment.clock.now
            let (batch, isFirst) = state.withLock { state in
                let batch = state.isRunning ? state.queue.take(at: now) : []
                state.isPumping = !batch.isEmpty
                let isFirst = !batch.isEmpty && !state.isAwaitingAnswers
                if isFirst { state.isAwaitingAnswers = true }
                return (batch, isFirst)
            }
            if batch.isEmpty { return }
            if isFirst { sends.ring() }
            for parcel in batch {
                transport.publish([parcel.bundle]) { outcomes in self.take(outcomes, of: [parcel]) }
            }
        }
    }

    private func take(_ outcomes: [PublishOutcome], of batch: [PublishQueue.Parcel]) {
        let now = environment.clock.now
        let delay = Duration.milliseconds(250) * (0.5 + environment.random.fraction())
        // What refuses a message is there as well as what confirms it.
        let isAnswered = outcomes.contains(where: \.isAnswer)
        let (givenUp, hasRetries, isBack, isHeard) = state.withLock { state in
            let (confirmed, givenUp) = state.queue.resolve(batch, outcomes, at: now, retryAfter: delay)
            let isBack = isAnswered && state.awayFrom.map { $0 <= now } ?? false
            let isHeard = state.isSilent && (isAnswered || state.queue.isEmpty)
            if isAnswered {
                state.awayFrom = nil
                state.answers += 1
            }
            if isHeard { state.isSilent = false }
            if !state.queue.isOnWire { state.isAwaitingAnswers = false }
            for mark in confirmed {
                state.withLedger(of: mark.session) { $0.settle(mark.sequence) }
            }
            state.givenUp += givenUp
            return (givenUp.count, state.queue.nextRetry != nil, isBack, isHeard)
        }
        if isHeard { turns.ring() }
        if isBack { returns.ring() }
        if hasRetries { retries.ring() }
        if givenUp > 0 {
            logger.warning(
                "dispatch messages given up; the reconciler publishes them",
                metadata: ["messages": "\(givenUp)"]
            )
            releases.ring()
        }
        pump()
        idle.ring()
    }

    private func keepRetrying() async {
        while (try? await retries.wait()) != nil {
            while let due = state.withLock({ $0.queue.nextRetry }) {
                let wait = environment.clock.now.duration(to: due)
                if wait > .zero, (try? await environment.clock.sleep(for: wait)) == nil { return }
                state.withLock { $0.queue.wakeRetries(at: environment.clock.now) }
                pump()
            }
        }
    }
}

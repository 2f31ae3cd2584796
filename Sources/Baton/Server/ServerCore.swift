import Logging
import Locking

/// What the processes of one server share.
final class ServerCore: Sendable {
    private struct Identity {
        var epoch: ServerEpoch
        var claims: Int64 = 0
        /// Whether the server leaves for good, so that a missing row is no news.
        var isLeaving = false
    }

    let client: JobClient
    let news: ClientNews
    let registry: JobRegistry
    let queues: [String]
    let configuration: JobServerConfiguration
    let name: String
    let processID: Int
    let logger: Logger
    let consumer: any JobConsumer
    /// What other servers can see of this one, under whatever epoch.
    let presence: ServerPresence
    let workers: any Workers
    let table: Locked<RunTable>
    /// The ends of runs, to be stored.
    let completions = Inbox<Completion>()
    /// States that filters are to hear of.
    let applied = Inbox<AppliedState>()
    /// Whether there are any to hear of them.
    let tellsApplied: Bool
    /// What runs have said of their progress and is not stored yet.
    let reports = Locked(ProgressReports())
    /// Rings when there is something of it.
    let reported = Wakeup()
    /// Rings when ends wait for it.
    let progressWanted = Wakeup()
    /// Rings when some of it is stored, or lost.
    let progressSaved = Wakeup()
    /// How to end the tasks of unwanted runs.
    let cancellations = Inbox<@Sendable () -> Void>()
    /// What may have started here as it was stored, and has not, to be put back.
    let lostStarts = Inbox<LostStart>()
    /// Deliveries without a row, to be parked.
    let ghosts = Inbox<Delivery>()
    /// The intake of submissions, where they are taken.
    let submissions: (any SubmissionConsumer)?
    private let onConsuming: @Sendable (String) -> Void
    private let hasConsumed = Locked(false)
    /// Rings when deliveries arrived or a thread became free.
    let claimable = Wakeup()
    /// Rings when a claim without messages has room again.
    let vacancies = Wakeup()
    /// Rings when other queues are paused than before, or something of a paused one has arrived.
    let pausing = Wakeup()
    /// Rings for the claim without messages when a queue is resumed.
    let resumed = Wakeup()
    /// Whether the consumer is connected.
    let link: ConsumerLink
    /// Rings when deliveries arrived in bundles.
    let bundled = Wakeup()
    /// Rings when a run ended or its end was stored.
    let progress = Wakeup()
    /// The other servers that may be gone.
    let takeover = Locked(TakeoverWatch())
    /// Rings when there is one more of them.
    let suspicion = Wakeup()
    /// What this server may offer itself.
    let offer = Locked(TakeoverOffer())
    /// Rings when the lease was renewed.
    let renewed = Wakeup()
    /// The sessions under which this server consumes.
    let sessions: ConsumerSessions
    /// This server's part in rounds of probing.
    let probes: Locked<ProbeTable>
    /// Rings when there may be something to do in one of them.
    let probing = ProbeBell()
    /// How long the lease protects what runs here.
    let lease: Locked<LeaseCount>
    /// Rings when it begins anew.
    let leaseRenewed = Wakeup()

    private let identity: Locked<Identity>

    init(
        client: JobClient,
        registry: JobRegistry,
        queues: [String],
        configuration: JobServerConfiguration,
        name: String,
        processID: Int,
        logger: Logger,
        onConsuming: @escaping @Sendable (String) -> Void
    ) throws(JobServerError) {
        self.client = client
        news = ClientNews(of: client)
        self.registry = registry
        tellsApplied = registry.tells(client.filters)
        self.queues = queues
        self.configuration = configuration
        self.name = name
        self.processID = processID
        self.logger = logger
        self.onConsuming = onConsuming
        let presence = ServerPresence(client.environment.makeUUID())
        self.presence = presence
        let epoch = ServerEpoch(client.environment.makeUUID())
        let waits = Wakeup()
        let sessions = ConsumerSessions(
            storage: client.storage,
            environment: client.environment,
            owner: epoch,
            waits: waits,
            logger: logger
        )
        self.sessions = sessions
        link = ConsumerLink(waitingSince: { sessions.waitingSince }, changes: waits)
        probes = Locked(ProbeTable(defects: client.environment.defects))
        consumer = client.transport.makeConsumer(
            queues: queues,
            prefetch: configuration.concurrency + configuration.lookAhead,
            levelPrefetch: configuration.concurrency,
            presence: presence,
            executor: client.storage.executor,
            willConsume: { await sessions.willConsume($0) }
        )
        submissions = Self.makeSubmissionConsumer(client, queues, configuration)
        if let executor = client.environment.tasks {
            workers = SharedWorkers(count: configuration.concurrency, executor: executor)
        } else {
            workers = try WorkerPool(count: configuration.concurrency)
        }
        lease = Locked(LeaseCount(lease: configuration.lease))
        table = Locked(
            RunTable(
                concurrency: configuration.concurrency,
                order: ClaimOrder(configuration.queueOrder, queues: queues)
            )
        )
        identity = Locked(Identity(epoch: epoch))
    }

    var storage: any JobStorage { client.storage }
    var environment: JobEnvironment { client.environment }
    var clock: any JobClock { client.environment.clock }

    /// Whether this server and others end each other's leases early: only where a broker is the second witness, and never
    /// the lease that an exclusive job counts on.
    var takesOverEarly: Bool { configuration.fastTakeover && client.hasTransport && !registry.hasExclusiveJobs }

    /// Tells whoever wants to know that the server takes jobs; the first time only.
    func noteConsuming() {
        let isFirst = hasConsumed.withLock { hasConsumed in
            defer { hasConsumed = true }
            return !hasConsumed
        }
        guard isFirst else { return }
        table.withLock { $0.beginServing() }
        client.localServers.add(self)
        onConsuming(name)
    }

    // MARK: Identity

    /// The epoch of this life.
    var epoch: ServerEpoch {
        identity.withLock { $0.epoch }
    }

    /// The epoch and a claim number never given out in it before.
    ///
    /// - Returns: The fence of the next claim.
    func nextClaim() -> (owner: ServerEpoch, claim: Int64) {
        identity.withLock { identity in
            identity.claims += 1
            return (identity.epoch, identity.claims)
        }
    }

    /// Registers the first epoch, until it succeeds, and learns which queues are paused.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func register() async throws {
        try await register(epoch, replacing: nil)
        try await learnPauses()
    }

    /// Takes a new epoch after the old one was certified dead, and cancels what ran under it (PROTOCOL move 2).
    ///
    /// - Parameter dead: The epoch that is dead; nothing happens when it is not the present one any more.
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func replaceEpoch(_ dead: ServerEpoch) async throws {
        let fresh = ServerEpoch(environment.makeUUID())
        guard identity.withLock({ $0.epoch == dead && !$0.isLeaving }) else { return }
        try await register(fresh, replacing: dead)
        let isFirst = identity.withLock { identity in
            guard identity.epoch == dead, !identity.isLeaving else { return false }
            identity.epoch = fresh
            return true
        }
        guard isFirst else {
            do throws(JobStorageError) {
                try await storage.deregister(fresh)
            } catch {
                logger.debug("unused epoch not taken off the list; its lease ends it", metadata: ["error": "\(error)"])
            }
            return
        }
        logger.warning(
            "this server was certified dead; its runs are cancelled and it goes on under a new epoch",
            metadata: ["server.epoch": "\(dead)", "server.epoch.new": "\(fresh)"]
        )
        sessions.move(to: fresh)
        cancelRuns { _, run in run.owner == dead }
    }

    /// Takes the server off the list for good.
    ///
    /// - Throws: ``JobStorageError``; then its lease ends it.
    func leave() async throws(JobStorageError) {
        let epoch = identity.withLock { identity in
            identity.isLeaving = true
            return identity.epoch
        }
        sessions.close()
        try await storage.deregister(epoch)
    }

    private func register(_ epoch: ServerEpoch, replacing dead: ServerEpoch?) async throws {
        let registration = ServerRegistration(
            epoch: epoch,
            name: name,
            processID: processID,
            queues: queues,
            concurrency: configuration.concurrency,
            jobNames: registry.names,
            presence: takesOverEarly ? presence : nil,
            replacedEpoch: dead
        )
        let lease = configuration.lease
        let sentAt = try await retrying("registering the server") { [storage, clock] () throws(JobStorageError) in
            let sentAt = clock.now
            try await storage.register(registration, lease: lease)
            return sentAt
        }
        noteLease(of: epoch, sentAt: sentAt)
    }

    // MARK: Helpers of the processes

    /// Repeats a storage call until it is answered.
    ///
    /// Every call of the protocol may be repeated.
    ///
    /// - Parameters:
    ///   - action: What is done, for the log.
    ///   - body: The call.
    /// - Returns: The answer.
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func retrying<Answer>(_ action: String, _ body: () async throws(JobStorageError) -> Answer) async throws -> Answer {
        var backoff = Backoff()
        while true {
            do throws(JobStorageError) {
                return try await body()
            } catch {
                guard error.isTransient else { throw error }
                let delay = backoff.next(environment.random)
                logger.debug("\(action) failed, trying again", metadata: ["error": "\(error)", "delay": "\(delay)"])
                try await clock.sleep(for: delay)
            }
        }
    }

    /// Adds to counters; what is lost here is only a number.
    ///
    /// - Parameter counts: How much to add to each; zeros are passed over.
    func count(_ counts: [JobCounter: Int]) async {
        let counts = counts.filter { $0.value > 0 }
        guard !counts.isEmpty else { return }
        for observer in client.filters.counterObservers { observer.didCount(counts) }
        do throws(JobStorageError) {
            try await storage.count(counts)
        } catch {
            logger.debug("counters not stored", metadata: ["error": "\(error)"])
        }
    }
}

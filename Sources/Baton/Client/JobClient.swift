public import Logging
public import ServiceLifecycle

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Hands function calls over to be run later.
///
/// A call returns once its job is stored and its dispatch message about to be sent; ``run()`` answers for every message until
/// the broker has it, and sends what was enqueued before it. Calls of many tasks are stored together.
///
/// ```swift
/// let jobs = JobClient(storage: postgres, transport: rabbit)      // without a transport: storage alone
/// let welcome = try await jobs.enqueue(Mailer.$sendWelcome(to: "ada@example.org"))
/// ```
public final class JobClient: Service {
    package let storage: any JobStorage
    let transport: any JobTransport
    let publisher: DispatchPublisher
    let environment: JobEnvironment
    let configuration: JobClientConfiguration
    let logger: Logger
    /// Rings when this process schedules a job, for the servers in it.
    let scheduled = Chime<ScheduleSignal>()
    /// Rings when this process sets a recurring entry, for the servers in it.
    let recurringChanged = Chime<Wakeup>()
    /// Rings when this process pauses or resumes a queue, for the servers in it.
    let queuesChanged = Chime<Wakeup>()

    /// The servers in this process, which may start a job as it is stored.
    let localServers = LocalServers()
    let announcer = ScheduleAnnouncer()
    private let losses: LossWatch
    let inserts: GroupCommit<NewJob, InsertOutcome, JobStorageError>
    /// For jobs whose ids came from the caller and may be stored already; apart, for each such insert has to look.
    let insertsOfGivenIDs: GroupCommit<NewJob, InsertOutcome, JobStorageError>

    /// Creates a client, which does nothing by itself until ``run()``.
    ///
    /// - Parameters:
    ///   - storage: Where jobs are kept.
    ///   - transport: How servers are woken; `nil` where storage alone serves.
    ///   - configuration: How it behaves.
    ///   - environment: Time and randomness.
    ///   - logger: Where it logs.
    public init(
        storage: any JobStorage,
        transport: (any JobTransport)? = nil,
        configuration: JobClientConfiguration = JobClientConfiguration(),
        environment: JobEnvironment = JobEnvironment(),
        logger: Logger = .current
    ) {
        let transport = transport ?? NoTransport()
        self.storage = storage
        self.transport = transport
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        if let executor = storage.executor {
            transport.live(on: executor)
        }
        let publisher = DispatchPublisher(
            storage: storage,
            transport: transport,
            environment: environment,
            patience: configuration.publishTimeout,
            startTimeout: configuration.brokerStartTimeout,
            silence: configuration.brokerSilence,
            logger: logger
        )
        self.publisher = publisher
        let losses = LossWatch(
            storage: storage,
            publisher: publisher,
            environment: environment,
            logger: logger
        )
        self.losses = losses
        transport.watch(losses)
        let inserter = JobInserter(
            storage: storage,
            servers: localServers,
            environment: environment,
            patience: configuration.enqueueTimeout
        )
        // What is committed together is published together: it is with the publisher before any of the calls returns.
        let commits = { [executor = storage.executor] (mayExist: Bool) in
            GroupCommit<NewJob, InsertOutcome, JobStorageError>(
                maximumBatch: 1_000,
                executor: executor,
                tasks: environment.tasks,
                isSharedFault: \.isTransient,
                perform: { jobs throws(JobStorageError) in
                    let isEarly = environment.defects.contains(.publishesBeforeCommit)
                    if isEarly { publisher.publish(jobs) }
                    let stored = try await inserter.insert(jobs, mayExist: mayExist)
                    if !stored.needsMessages {
                        publisher.settleMarks(of: jobs)
                    } else if !isEarly {
                        publisher.add(jobs)
                    }
                    return stored.outcomes
                },
                followUp: publisher.pump
            )
        }
        inserts = commits(false)
        insertsOfGivenIDs = commits(true)
    }

    /// The filters of all jobs.
    package var filters: JobFilters { configuration.filters }

    /// Whether servers are woken through a broker; otherwise storage alone serves.
    var hasTransport: Bool { !(transport is NoTransport) }

    // MARK: Enqueueing

    /// Stores a call, to be run as soon as a server is free.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - id: The job's id; made here when it is `nil`. A job of this id that is stored already, in whatever state, stays
    ///     as it is and counts as this one: a caller that is not sure of its first try enqueues again with the same id.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The stored job.
    /// - Throws: ``JobError`` for a call that cannot be stored, ``JobStorageError`` for storage that cannot take it; what a
    ///   filter throws that does not want it.
    @discardableResult
    public func enqueue<Call: JobCall>(
        _ call: Call,
        id: JobID? = nil,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        let draft = try draft(call, options)
        return try await enqueue([draft], id: id, as: Call.Output.self)[0]
    }

    /// Stores calls of one job in one transaction.
    ///
    /// - Parameters:
    ///   - calls: The calls.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The stored jobs, in order.
    /// - Throws: ``JobError`` for a call that cannot be stored, ``JobStorageError`` for storage that cannot take them.
    ///   Then none is stored.
    @discardableResult
    public func enqueue<Call: JobCall>(
        contentsOf calls: some Sequence<Call>,
        options: JobOptions = JobOptions()
    ) async throws -> [JobHandle<Call.Output>] {
        let (calls, terms) = (Array(calls), try JobTerms(of: Call.self, options: options, configuration: configuration))
        if calls.count > JobParts<Call>.size, terms.filters.isEmpty {
            return try await enqueueInParts(calls, terms)
        }
        return try await enqueue(calls.map { try JobDraft($0, terms) }, as: Call.Output.self)
    }

    /// Stores a call, to be run after a while.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - delay: How long to wait, by the storage's clock.
    ///   - id: The job's id, as for ``enqueue(_:id:options:)``.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The stored job.
    /// - Throws: ``JobError`` for a call that cannot be stored, ``JobStorageError`` for storage that cannot take it.
    @discardableResult
    public func schedule<Call: JobCall>(
        _ call: Call,
        in delay: Duration,
        id: JobID? = nil,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        let start = try start(after: delay)
        let draft = try draft(call, options)
        return try await schedule(draft, start, id: id, dueIn: delay)
    }

    /// Stores a call, to be run at a date.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - date: When to run it, by the storage's clock; a past date is at once.
    ///   - id: The job's id, as for ``enqueue(_:id:options:)``.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The stored job.
    /// - Throws: ``JobError`` for a call that cannot be stored, ``JobStorageError`` for storage that cannot take it.
    @discardableResult
    public func schedule<Call: JobCall>(
        _ call: Call,
        at date: Date,
        id: JobID? = nil,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        let start = try start(at: date)
        let draft = try draft(call, options)
        let delay = Duration.seconds(date.timeIntervalSince(environment.clock.date))
        return try await schedule(draft, start, id: id, dueIn: delay)
    }

    // MARK: Jobs

    /// Deletes a job that has not ended; a running one is cancelled, without a transport at its server's next heartbeat.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - reason: Why, for its history.
    ///   - state: The state in which it must be still, as whoever decides this has seen it; `nil` for any.
    /// - Returns: Whether there was such a job that had not ended.
    /// - Throws: ``JobStorageError``.
    @discardableResult
    public func delete(
        _ id: JobID,
        reason: String? = nil,
        expecting state: JobState? = nil
    ) async throws(JobStorageError) -> Bool {
        let isDeleted = try await storage.delete(id, reason: reason, expecting: state)
        if isDeleted {
            await transport.broadcast(.deleted(id))
        }
        return isDeleted
    }

    /// A job by its id.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - output: The type of its result.
    /// - Returns: The job, to ask after; whether it exists is only known by asking.
    public func job<Output>(_ id: JobID, returning output: Output.Type = Void.self) -> JobHandle<Output> {
        JobHandle(id: id, storage: storage)
    }

    // MARK: Life

    /// Publishes until the service is shut down, then flushes what is unpublished.
    ///
    /// - Throws: Nothing that a retry can mend.
    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.publisher.run() }
            group.addTask { await self.losses.keepTelling(through: self.transport) }
            // Ends with the graceful shutdown, or with the task.
            try? await ShutdownSignal.wait()
            if !Task.isCancelled {
                _ = await flush(atMost: configuration.flushTimeout)
                await publisher.close()
            }
            group.cancelAll()
        }
    }

    /// Waits until everything that was enqueued is published or given up.
    ///
    /// - Parameter patience: How long at most.
    /// - Returns: Whether it is.
    package func flush(atMost patience: Duration) async -> Bool {
        await publisher.flush(atMost: patience)
    }
}

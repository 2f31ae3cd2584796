import Locking
public import Logging
public import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs jobs: takes wake-ups, or looks into storage where none can come, claims rows, runs functions on dedicated
/// threads, and records what happened.
///
/// Several servers run side by side without a leader. Loss of storage or transport is survived inside ``run()``.
///
/// ```swift
/// let server = try JobServer(jobs, queues: ["critical", "default"]) {
///     Mailer(smtp: smtp)
///     Reports.self
/// }
/// ```
public final class JobServer: Service {
    /// A name for people, and for pauses of queues on this server: host and process, or as it was configured.
    public let name: String

    private let core: ServerCore

    /// Creates a server, which does nothing until ``run()``.
    ///
    /// - Parameters:
    ///   - client: The client whose storage and transport it serves; must run beside the server, which publishes
    ///     through it.
    ///   - queues: The queues it serves.
    ///   - configuration: How it behaves.
    ///   - logger: Where it logs; jobs get it with their own metadata.
    ///   - onConsuming: Called with ``name`` once the server takes jobs for the first time, such as to tell a supervisor that
    ///     it is ready. It must not block.
    ///   - registrations: The jobs it knows.
    /// - Throws: ``JobRegistrationError`` for jobs that cannot stand side by side, ``JobError`` for a queue's name or the server's,
    ///   ``JobServerError`` for an impossible configuration.
    public init(
        _ client: JobClient,
        queues: [String] = ["default"],
        configuration: JobServerConfiguration = JobServerConfiguration(),
        logger: Logger = .current,
        onConsuming: @escaping @Sendable (_ name: String) -> Void = { _ in },
        @JobRegistrationBuilder _ registrations: () -> [JobRegistration]
    ) throws {
        for queue in queues {
            try QueueName.validate(queue)
        }
        guard !queues.isEmpty, Set(queues).count == queues.count else {
            throw JobServerError(.invalidConfiguration, "A server needs at least one queue, and each only once.")
        }
        guard configuration.concurrency > 0, configuration.lookAhead >= 0, configuration.eagerStarts >= 0 else {
            throw JobServerError(
                .invalidConfiguration,
                "Concurrency must be 1 or more, lookAhead and eagerStarts 0 or more."
            )
        }
        if let queue = configuration.queueOrder.invalidWeight {
            throw JobServerError(
                .invalidConfiguration,
                "A weight is 1 to \(QueueOrder.maximumWeight); that of the queue “\(queue)” is not."
            )
        }
        // A third of a lease without a heartbeat counts as a gap, and a beat is an interval and a round trip apart.
        guard configuration.lease >= configuration.heartbeatInterval * 5 else {
            throw JobServerError(.invalidConfiguration, "The lease must be at least five heartbeats long.")
        }
        if let name = configuration.name { try ServerName.validate(name) }
        if let submissions = configuration.submissions {
            guard submissions.maximumBacklog > 0, submissions.window > .zero else {
                throw JobServerError(
                    .invalidConfiguration,
                    "Submissions need a maximumBacklog of 1 or more and a window longer than zero."
                )
            }
        }
        do throws(JobError) {
            try configuration.retryPolicy.validate()
        } catch {
            throw JobServerError(.invalidConfiguration, "The retry policy: \(error.message)")
        }
        guard configuration.retention?.isValid ?? true, configuration.retentionInterval > .zero else {
            throw JobServerError(
                .invalidConfiguration,
                "Jobs that have ended must stay for \(RetentionPolicy.shortest.components.seconds) s or longer: an enqueue "
                    + "whose answer was lost is repeated, and must find them. The interval must be above 0."
            )
        }
        let processID = Int(ProcessInfo.processInfo.processIdentifier)
        name = configuration.name ?? "\(ProcessInfo.processInfo.hostName):\(processID)"
        core = try ServerCore(
            client: client,
            registry: JobRegistry(registrations()),
            queues: queues,
            configuration: configuration,
            name: name,
            processID: processID,
            logger: logger,
            onConsuming: onConsuming
        )
    }

    /// Whether nothing runs, and no delivery is in its hands.
    package var isIdle: Bool { core.table.withLock { $0.isEmpty } }

    /// Serves until the service is shut down; then lets running jobs end, or puts them back without spending an attempt.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    public func run() async throws {
        do {
            try await ShutdownSignal.cancelling { try await self.core.register() }
        } catch is CancellationError where !Task.isCancelled {
            return
        }
        // What is left when the process that calls them has ended.
        defer { core.callCancellations() }
        let witness = StorageWitness(patience: core.configuration.heartbeatInterval * 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A job's way through the server, which mostly waits for storage: where that answers, it goes on without a
            // change of threads. Heartbeats and what they lead to never wait for it.
            let executor = core.storage.executor
            let claims = ClaimProcess(core: core)
            group.addTask(executorPreference: executor) { try await claims.receive() }
            group.addTask(executorPreference: executor) { try await claims.run() }
            group.addTask(executorPreference: executor) { try await StorageIntake(core: self.core).run() }
            group.addTask(executorPreference: executor) { try await CompletionProcess(core: self.core).run() }
            if core.tellsApplied {
                group.addTask { try await AppliedStateProcess(core: self.core).run() }
            }
            if let options = core.configuration.submissions {
                if let consumer = core.submissions {
                    group.addTask {
                        try await SubmissionIntake(core: self.core, consumer: consumer, options: options).run()
                    }
                } else {
                    core.logger.warning("no submissions are taken: this server has no broker that would bring them")
                }
            }
            group.addTask { try await self.core.sessions.run() }
            group.addTask { try await self.core.consumer.run() }
            group.addTask { try await CancellationProcess(core: self.core).run() }
            group.addTask { try await BrokerTurnProcess(core: self.core).run() }
            group.addTask { try await ProgressProcess(core: self.core).run() }
            group.addTask { try await PauseProcess(core: self.core).run() }
            group.addTask { try await UnbundlingProcess(core: self.core).run() }
            group.addTask { try await ParkingProcess(core: self.core).run() }
            group.addTask { try await LostStartProcess(core: self.core).run() }
            group.addTask { try await HeartbeatProcess(core: self.core, witness: witness).run() }
            group.addTask { try await LeaseEndProcess(core: self.core).run() }
            group.addTask { try await DelayedJobScheduler(core: self.core).run() }
            group.addTask { try await RecurringScheduler(core: self.core).run() }
            group.addTask { try await Reconciler(core: self.core, witness: witness).run() }
            group.addTask { try await RetentionProcess(core: self.core).run() }
            if let storage = core.storage as? any OpenStorage {
                group.addTask { try await ArrivalProcess(core: self.core, storage: storage).run() }
            }
            group.addTask { try await ProbeProcess(core: self.core).run() }
            group.addTask { try await OfferProcess(core: self.core).run() }
            group.addTask { try await TakeoverProcess(core: self.core).run() }
            group.addTask {
                try await ShutdownSignal.wait()
                await GracefulStop(core: self.core).run()
                throw ServerStopped()
            }
            defer {
                group.cancelAll()
                core.abandonRuns()
            }
            do {
                // The first to end with an error ends all: `waitForAll` would wait for the others first.
                for try await _ in group {}
            } catch is ServerStopped {
                core.logger.info("server stopped", metadata: ["server.name": "\(name)"])
            } catch {
                group.cancelAll()
                core.abandonRuns()
                // Before the others have ended, and with them the connections.
                if core.table.withLock({ $0.runningCount > 0 }) {
                    await core.withdrawOffer()
                }
                throw error
            }
        }
    }
}

/// Ends the group of a server's processes after a graceful stop.
private struct ServerStopped: Error {}

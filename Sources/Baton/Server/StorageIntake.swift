import Locking
import Logging

/// Claims jobs that wait in storage, without messages: where there is no transport, and while the consumer is not
/// connected or the broker takes no messages (PROTOCOL section 3, "broker down").
///
/// What is claimed here and delivered later is a stale message; so both may go on side by side while one takes over from
/// the other.
struct StorageIntake: Sendable {
    /// How long a connection must have been gone: one that is made again at once brings its messages with it.
    static let grace = DispatchPublisher.grace
    /// How long to wait for a sign before it is looked without one.
    static let pollInterval = Duration.seconds(5)
    /// The same while the broker is down: of jobs that were published before nobody gives a sign.
    static let pollIntervalWhileDown = Duration.milliseconds(500)

    private let core: ServerCore
    private let names: [String]

    /// Creates the process.
    ///
    /// - Parameter core: The server's.
    init(core: ServerCore) {
        self.core = core
        names = core.registry.names
    }

    /// Claims until cancelled.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func run() async throws {
        let startGrace = core.client.hasTransport ? core.client.configuration.brokerStartTimeout : .zero
        while true {
            try await core.link.untilLost(for: Self.grace, atStart: startGrace, clock: core.clock)
            core.logger.info(
                "claiming jobs from storage, without messages",
                metadata: ["queues": "\(core.queues.joined(separator: ","))"]
            )
            core.noteConsuming()
            try await serve()
        }
    }

    private func serve() async throws {
        defer { core.table.withLock { $0.hasBacklog = false } }
        var backoff = Backoff()
        while core.link.isLost {
            do {
                try await claimOrWait()
                backoff = Backoff()
            } catch let error as JobStorageError where error.isTransient {
                let delay = backoff.next(core.environment.random)
                core.logger.debug(
                    "claiming without messages failed, trying again",
                    metadata: ["error": "\(error)", "delay": "\(delay)"]
                )
                try await core.clock.sleep(for: delay)
            }
        }
    }

    private func claimOrWait() async throws {
        let (owner, claim) = core.nextClaim()
        let (queues, limit, look) = core.table.withLock { table in
            let queues = table.unpaused(core.queues)
            let limit = queues.isEmpty ? 0 : table.beginIntake(claim, at: core.clock.now)
            return (queues, limit, limit > 0 ? table.look(through: queues) : nil)
        }
        guard !queues.isEmpty else {
            try await core.resumed.wait()
            return
        }
        guard limit > 0, let look else {
            try await core.vacancies.wait()
            return
        }
        if try await take(limit, by: look, owner, claim) < limit {
            try await waitForWork(in: queues)
        }
    }

    /// Waits until there may be work, or a queue was resumed of which there may be some.
    private func waitForWork(in queues: [String]) async throws {
        let patience = core.client.hasTransport ? Self.pollIntervalWhileDown : Self.pollInterval
        try await withThrowingTaskGroup(of: Void.self) { group in
            let executor = core.storage.executor
            group.addTask(executorPreference: executor) {
                try await core.storage.waitForWork(queues: queues, patience: patience)
            }
            group.addTask(executorPreference: executor) { try await core.resumed.wait() }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }

    /// One claim, never repeated under its number: what a lost answer has claimed, the audit puts back, and claimed again it
    /// must bear another fence.
    private func take(
        _ limit: Int,
        by look: ClaimOrder.Look,
        _ owner: ServerEpoch,
        _ claim: Int64
    ) async throws(JobStorageError) -> Int {
        let jobs: [ClaimedJob]
        do throws(JobStorageError) {
            jobs = try await core.storage.claimWaiting(
                queues: look.queues,
                names: names,
                limit: limit,
                levels: look.levels,
                owner: owner,
                claim: claim
            )
        } catch {
            core.endIntake(claim)
            throw error
        }
        let now = core.clock.now
        let (leavesWaiting, isStopping, wantsDue) = core.table.withLock { table in
            for job in jobs {
                table.start(job, owner: owner, delivery: nil, at: now)
            }
            table.hasBacklog = jobs.count >= limit
            return (table.endIntake(claim), table.isStopping, table.pacing.takeRipe())
        }
        if wantsDue { core.news.scheduled.ring(dueAt: core.clock.now) }
        if isStopping {
            core.putBackUnstarted(reason: "Put back by server \(core.name), which is stopping")
        } else {
            core.begin(jobs, claimedFor: owner)
        }
        core.progress.ring()
        // What was delivered meanwhile found no thread: this claim held them all.
        if leavesWaiting { core.claimable.ring() }
        return jobs.count
    }
}

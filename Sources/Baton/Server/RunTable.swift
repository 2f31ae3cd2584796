/// What a server holds: deliveries that wait for a thread, claims under way, jobs that run or whose end is being stored.
///
/// A pure value; it knows no clock and does no I/O. Together with storage it answers the audit of PROTOCOL move 6.
struct RunTable: Sendable {
    /// A delivery that waits for a free thread.
    struct Held: Sendable {
        /// The message.
        ///
        /// Its delivery is gone when a claim's answer was lost and the connection with it.
        let delivery: Delivery
        /// When it arrived.
        let since: JobInstant
        /// Its number in the order of arrival; zero when it was taken up before, and is held again.
        var ordinal = 0
    }

    /// A job of this server, from its claim until its end is stored.
    struct Run: Sendable {
        let job: ClaimedJob
        let owner: ServerEpoch
        let since: JobInstant
        /// To be acknowledged once the end is stored; empty once acknowledged early, and where no message brought the job.
        var deliveries: [Delivery]
        /// Ends the job's task.
        var cancel: (@Sendable () -> Void)?
        /// When a thread took it; `nil` while it waits for one.
        var startedAt: JobInstant?
        /// Whether the server wants it to end.
        var isCancelled = false
        /// Whether it is to end because no lease protects it any more.
        var isLeaseOver = false
        /// Whether its time was up before it ended.
        var hasTimedOut = false
        /// When it was first seen to go on although it is to end.
        var toldToEndAt: JobInstant?
        /// Whether it has kept its thread for too long since then.
        var isUnheeded = false
        /// Whether the function has ended.
        var hasEnded = false
    }

    /// What the end of a run calls for.
    struct Ended {
        /// Whether deliveries wait to be claimed.
        let leavesWaiting: Bool
        /// Whether somebody waits for room to claim without messages, and there is enough now.
        let leavesRoom: Bool
        /// Whether somebody waits for the runs to end.
        let isStopping: Bool
        /// Whether it was told to end and kept its thread for long.
        let wasUnheeded: Bool
    }

    let concurrency: Int
    private var ahead = ClaimAhead()
    var waiting = WaitingLine()
    /// Whose turn it is of what waits.
    var order: ClaimOrder
    /// Rows that are being put back because nothing here runs them.
    var repairing: Set<OwnedRun> = []
    /// Rows that may have been put back, or may be yet: the answer was lost.
    var doubtful: Set<OwnedRun> = []
    var claiming: Set<JobID> = []
    /// What is being claimed.
    var batches: [[Held]] = []
    /// How many deliveries have arrived.
    private(set) var arrivals = 0
    /// What was given back or sent on.
    var disturbances = Disturbances()
    /// Whose taking up somebody waits for: of each queue what arrived at this number or before.
    var watched: [String: Int] = [:]
    /// Claims without messages that are under way, with how many jobs each may bring.
    var intakes: [Int64: Int] = [:]
    /// How few may be left of what is claimed before the next claim without messages; `nil` when nobody waits for it.
    var roomMark: Int?
    /// Whether the last claim without messages found as many jobs as it asked for, so that there may be more.
    var hasBacklog = false
    var runs: [OwnedRun: Run] = [:]
    /// Runs that have not ended, those that wait for a thread included.
    var running = 0
    /// How many runs of each queue have freed their thread so far.
    private(set) var ended: [String: Int] = [:]
    var settling = 0
    /// Runs that were taken out, and rows that were put back, while a claim of their jobs is under way.
    var endedWhileClaiming: Set<OwnedRun> = []
    var isStopping = false
    var life = Life.starting
    /// The queues of which nothing is claimed for the time being.
    var paused: Set<String> = []
    /// What is promoted and unclaimed.
    var pacing = PromotionPacing()

    /// Creates an empty table.
    ///
    /// - Parameters:
    ///   - concurrency: How many jobs may run at once.
    ///   - order: In what order jobs are claimed that wait.
    init(concurrency: Int, order: ClaimOrder = ClaimOrder()) {
        self.concurrency = concurrency
        self.order = order
    }

    /// How many jobs may be claimed and not have ended.
    ///
    /// A thread whose run is older than the horizon counts for itself only: it will take no other in a moment.
    ///
    /// - Parameter now: The present.
    /// - Returns: How many.
    func capacity(at now: JobInstant) -> Int {
        guard ahead.hasShortRuns else { return concurrency }
        let horizon = now.advanced(by: .zero - ClaimAhead.horizon)
        let busy = runs.values.count { !$0.hasEnded && ($0.startedAt.map { $0 < horizon } ?? false) }
        return concurrency + ahead.count(threads: concurrency - busy)
    }

    /// What a run takes; `nil` until one has ended.
    var typicalRun: Duration? { ahead.typical }

    // MARK: Deliveries

    /// Takes deliveries in.
    ///
    /// - Parameters:
    ///   - deliveries: The deliveries.
    ///   - now: The present.
    /// - Returns: Those to give back, because the server is stopping.
    mutating func receive(_ deliveries: [Delivery], at now: JobInstant) -> [Delivery] {
        guard !isStopping else {
            disturbances.begin(deliveries)
            return deliveries
        }
        waiting.reserve(deliveries.count)
        for delivery in deliveries {
            arrivals += 1
            waiting.append(Held(delivery: delivery, since: now, ordinal: arrivals))
        }
        return []
    }

    /// Takes what can be claimed now: as many as there are free threads, or will be in a moment; each job at most once.
    ///
    /// In the order in which they arrived, as long as there is nothing else to go by.
    ///
    /// What comes again is claimed for a free thread only: if one job ends its server each time it runs, those that were
    /// claimed beside it must not pay with their attempts for ever.
    ///
    /// - Parameter now: The present.
    /// - Returns: What to claim, to be ended by ``endClaims(_:)``; empty when there is nothing to do.
    mutating func takeClaimable(at now: JobInstant) -> [Held] {
        guard !isStopping, !waiting.isEmpty else { return [] }
        var taken = self.taken
        let capacity = capacity(at: now)
        var batch: [Held] = []
        if waiting.prioritizedCount > 0 || order.heedsQueues {
            batch = takeByTurns(from: taken, upTo: capacity)
            if !batch.isEmpty { batches.append(batch) }
            return batch
        }
        var passed: [Held] = []
        while taken < capacity, let held = waiting.popFirst() {
            let isWanted = paused.isEmpty || !paused.contains(held.delivery.message.queue)
            let hasRoom = taken < concurrency || !held.delivery.isRedelivered
            if isWanted, hasRoom, claiming.insert(held.delivery.message.id).inserted {
                batch.append(held)
                taken += 1
            } else {
                passed.append(held)
            }
        }
        waiting.prepend(passed)
        if !batch.isEmpty { batches.append(batch) }
        return batch
    }

    /// Ends claims: from here on each of the batch is a run, settled, or waiting again.
    ///
    /// - Parameter batch: What ``takeClaimable(at:)`` gave.
    mutating func endClaims(_ batch: [Held]) {
        for held in batch {
            claiming.remove(held.delivery.message.id)
        }
        batches.removeAll { $0.first?.delivery.message.id == batch.first?.delivery.message.id }
        if !endedWhileClaiming.isEmpty {
            endedWhileClaiming = endedWhileClaiming.filter { claiming.contains($0.id) }
        }
    }

    // MARK: Runs

    /// Adds a run.
    ///
    /// - Parameters:
    ///   - job: The claimed job.
    ///   - owner: The epoch it was claimed for.
    ///   - delivery: What brought it, if a message did.
    ///   - now: The present.
    mutating func start(_ job: ClaimedJob, owner: ServerEpoch, delivery: Delivery?, at now: JobInstant) {
        runs[OwnedRun(id: job.id, claim: job.claim)] = Run(
            job: job,
            owner: owner,
            since: now,
            deliveries: delivery.map { [$0] } ?? []
        )
        running += 1
        pacing.claimed(job.id, of: job.queue, at: now)
    }

    /// Adds another delivery of a job that runs here; it is acknowledged with the first.
    ///
    /// - Parameters:
    ///   - delivery: The delivery.
    ///   - key: The run.
    /// - Returns: Whether there is such a run.
    mutating func attach(_ delivery: Delivery, to key: OwnedRun) -> Bool {
        guard let index = runs.index(forKey: key) else { return false }
        runs.values[index].deliveries.append(delivery)
        return true
    }

    /// Whether a run was taken out, or a row put back, while a claim of its job is under way.
    ///
    /// The claim may have seen the row while it was still this server's; what it says of that is out of date.
    ///
    /// - Parameter key: The run.
    /// - Returns: Whether it was.
    func hasEndedWhileClaiming(_ key: OwnedRun) -> Bool {
        endedWhileClaiming.contains(key)
    }

    /// Notes that a thread has taken a run.
    ///
    /// - Parameters:
    ///   - key: The run.
    ///   - now: The present.
    /// - Returns: Whether it is to be run; not one that has been put back meanwhile, nor where nobody would store its end.
    mutating func begin(_ key: OwnedRun, at now: JobInstant) -> Bool {
        guard life != .over, let index = runs.index(forKey: key), !runs.values[index].hasEnded else { return false }
        runs.values[index].startedAt = now
        return true
    }

    /// Notes how to cancel a run.
    ///
    /// - Parameters:
    ///   - key: The run.
    ///   - cancel: Ends the job's task.
    /// - Returns: Whether it is to be cancelled at once.
    mutating func setCancel(_ key: OwnedRun, _ cancel: @escaping @Sendable () -> Void) -> Bool {
        guard let index = runs.index(forKey: key) else { return false }
        runs.values[index].cancel = cancel
        return runs.values[index].isCancelled || runs.values[index].hasTimedOut
    }

    /// The epoch a run was claimed for.
    ///
    /// - Parameter key: The run.
    /// - Returns: The epoch, or `nil` when there is no such run.
    func owner(of key: OwnedRun) -> ServerEpoch? {
        runs[key]?.owner
    }

    /// Notes that a function has ended; its thread is free.
    ///
    /// - Parameters:
    ///   - key: The run.
    ///   - duration: How long the function took.
    /// - Returns: What follows from it, or `nil` when there is no such run.
    mutating func end(_ key: OwnedRun, after duration: Duration) -> Ended? {
        guard let index = runs.index(forKey: key), !runs.values[index].hasEnded else { return nil }
        runs.values[index].hasEnded = true
        runs.values[index].cancel = nil
        running -= 1
        ended[runs.values[index].job.queue, default: 0] += 1
        if !runs.values[index].isCancelled {
            ahead.note(duration)
        }
        return Ended(
            leavesWaiting: !waiting.isEmpty,
            leavesRoom: hasRoomForIntake(),
            isStopping: isStopping,
            wasUnheeded: runs.values[index].isUnheeded
        )
    }

    /// Takes a run out whose end is stored, or refused.
    ///
    /// - Parameter key: The run.
    /// - Returns: The run with what is to be settled.
    mutating func remove(_ key: OwnedRun) -> Run? {
        guard let run = runs.removeValue(forKey: key) else { return nil }
        if claiming.contains(key.id) {
            endedWhileClaiming.insert(key)
        }
        if !run.hasEnded {
            running -= 1
        }
        return run
    }
}

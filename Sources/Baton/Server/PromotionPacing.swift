/// How fast a server promotes due jobs: of each queue, what it has promoted and not yet seen claimed.
///
/// A queue is first in, first out, so whatever is promoted stands before the jobs enqueued after it. A pure value; it knows
/// no clock and does no I/O.
struct PromotionPacing: Sendable {
    /// The smallest window: where no thread is free, the next job is at hand when one is.
    static let leastWindow = 2
    /// Beyond it a batch costs each job hardly less.
    static let largestWindow = 512
    /// The window of a queue that this server does not serve; whoever does promotes at a pace of its own.
    static let otherWindow = 10
    /// With more than this outstanding, nothing of such queues is promoted.
    static let outstandingLimit = 1000
    /// Claims within this say how fast a queue moves.
    static let span = Duration.milliseconds(100)
    /// How long what is promoted may take to be claimed, where a queue moves fast: about what a job enqueued now waits.
    static let wait = Duration.milliseconds(30)
    /// How long a job counts that nobody claims, at first: then its queue has a backlog, or nobody serves it.
    static let leastPatience = Duration.seconds(1)
    static let longestPatience = Duration.seconds(60)
    /// How long to wait for claims of other servers before storage is asked, at first; they promote by themselves, too.
    static let leastPoll = Duration.milliseconds(25)
    static let longestPoll = Duration.seconds(5)

    private struct Promoted {
        let queue: String
        let since: JobInstant
    }

    private struct Lane {
        /// How many of it are promoted and unclaimed.
        var waiting = 0
        /// How many others this server has claimed since storage was asked: as many of those, probably, other servers.
        var claimedBeside = 0
        /// Its claims of late by this server.
        var claims: [(at: JobInstant, count: Int)] = []
        /// How long a job of it counts that nobody claims.
        var patience = PromotionPacing.leastPatience
        /// With so few waiting it is time to promote; `nil` while nothing of it is held back.
        var mark: Int?
        /// When something of it was last promoted.
        var usedAt: JobInstant

        init(usedAt: JobInstant) {
            self.usedAt = usedAt
        }

        mutating func count(claimAt now: JobInstant) {
            if claims.last?.at == now {
                claims[claims.count - 1].count += 1
            } else {
                claims.append((now, 1))
            }
        }
    }

    private var promoted: [JobID: Promoted] = [:]
    private var lanes: [String: Lane] = [:]
    /// What was claimed while a promotion is under way: some of it may be what that brings.
    private var claimedMeanwhile: Set<JobID>?
    private var isRipe = false
    /// How long to wait at most while something is held back.
    private(set) var poll = PromotionPacing.leastPoll

    /// Whether nothing is outstanding.
    var isEmpty: Bool { promoted.isEmpty }
    /// How many queues it keeps anything of.
    var laneCount: Int { lanes.count }

    /// What may be promoted now.
    ///
    /// - Parameters:
    ///   - queues: The queues that the server serves.
    ///   - paused: Those of them that are paused: nothing of them is promoted.
    ///   - free: How many of its threads have no job.
    ///   - now: The present.
    /// - Returns: The pace.
    mutating func pace(
        queues: [String],
        paused: Set<String> = [],
        free: Int,
        at now: JobInstant
    ) -> PromotionPace {
        forgetLate(at: now)
        let since = now.advanced(by: .zero - Self.span)
        for queue in lanes.keys {
            lanes[queue]?.claims.removeAll { $0.at < since }
            lanes[queue]?.mark = nil
            lanes[queue]?.claimedBeside = 0
        }
        isRipe = false
        claimedMeanwhile = []
        let windows = queues.map { queue in
            let claims = lanes[queue]?.claims.reduce(0) { $0 + $1.count } ?? 0
            let moving = Int(Self.wait / Self.span * Double(claims))
            let window = min(max(2 * free, moving, Self.leastWindow), Self.largestWindow)
            return (queue, paused.contains(queue) ? 0 : window)
        }
        return PromotionPace(
            outstanding: promoted.keys.sorted { $0.uuid.words < $1.uuid.words },
            windows: Dictionary(windows) { first, _ in first },
            otherWindow: promoted.count < Self.outstandingLimit ? Self.otherWindow : 0
        )
    }

    /// Takes a promotion into account, before what it moved is published.
    ///
    /// - Parameters:
    ///   - promotion: The promotion.
    ///   - pace: What was asked for.
    ///   - now: The present.
    mutating func note(_ promotion: Promotion, of pace: PromotionPace, at now: JobInstant) {
        let unclaimed = Set(promotion.unclaimed)
        for id in pace.outstanding where !unclaimed.contains(id) {
            _ = settle(id, at: now)
        }
        let claimed = claimedMeanwhile ?? []
        claimedMeanwhile = nil
        for message in promotion.dispatches.map(\.message) {
            lanes[message.queue, default: Lane(usedAt: now)].usedAt = now
            guard !claimed.contains(message.id) else { continue }
            promoted[message.id] = Promoted(queue: message.queue, since: now)
            lanes[message.queue]?.waiting += 1
        }
        poll = promotion.dispatches.isEmpty ? min(poll * 2, Self.longestPoll) : Self.leastPoll
        for queue in promotion.heldQueues {
            // What is held back in a paused queue waits for more than for claims.
            guard let window = pace.windows[queue], window > 0 else { continue }
            let mark = window / 2
            if lanes[queue].map({ $0.waiting <= mark }) ?? true {
                isRipe = true
            } else {
                lanes[queue]?.mark = mark
            }
        }
    }

    /// Notes that this server has claimed a job, of whatever origin.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - queue: Its queue.
    ///   - now: The present.
    mutating func claimed(_ id: JobID, of queue: String, at now: JobInstant) {
        guard !promoted.isEmpty || claimedMeanwhile != nil else { return }
        let wasPromoted = settle(id, at: now)
        if !wasPromoted { claimedMeanwhile?.insert(id) }
        guard var lane = lanes.removeValue(forKey: queue) else { return }
        lane.count(claimAt: now)
        if !wasPromoted { lane.claimedBeside += 1 }
        // Unless that has just proved wrong: then what is claimed stands before all that was promoted.
        let claimedElsewhere = poll == Self.leastPoll ? lane.claimedBeside : 0
        if let mark = lane.mark, lane.waiting - claimedElsewhere <= mark {
            lane.mark = nil
            isRipe = true
        }
        lanes[queue] = lane
    }

    /// Whether enough was claimed of what was outstanding to promote more; asked once.
    mutating func takeRipe() -> Bool {
        defer { isRipe = false }
        return isRipe
    }

    /// Forgets a job that somebody has claimed; those after it are given as much time, and as much again.
    ///
    /// - Returns: Whether it was outstanding.
    private mutating func settle(_ id: JobID, at now: JobInstant) -> Bool {
        guard let job = promoted.removeValue(forKey: id) else { return false }
        let patience = job.since.duration(to: now) * 2
        lanes[job.queue]?.waiting -= 1
        lanes[job.queue]?.patience = min(max(patience, Self.leastPatience), Self.longestPatience)
        return true
    }

    /// Lets go of what nobody claims, each time after a longer while: so a backlog does not keep due jobs back for ever,
    /// and they do not pile up where jobs take long.
    private mutating func forgetLate(at now: JobInstant) {
        var late: Set<String> = []
        for (id, job) in promoted {
            guard let patience = lanes[job.queue]?.patience, job.since.advanced(by: patience) <= now else { continue }
            promoted[id] = nil
            lanes[job.queue]?.waiting -= 1
            late.insert(job.queue)
        }
        for queue in late {
            let patience = lanes[queue].map { min($0.patience * 2, Self.longestPatience) }
            lanes[queue]?.patience = patience ?? Self.leastPatience
        }
        let forgotten = now.advanced(by: .zero - Self.longestPatience * 2)
        lanes = lanes.filter { $0.value.waiting > 0 || $0.value.usedAt > forgotten }
    }
}

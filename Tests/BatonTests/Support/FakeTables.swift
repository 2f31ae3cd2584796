import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What ``FakeStorage`` stores.
struct FakeTables: Sendable {
    /// A job.
    struct Row: Sendable {
        var job: NewJob
        var state: JobState
        var generation = 0
        var run = 0
        var attempt = 0
        var owner: ServerEpoch?
        var claim: Int64?
        var mark: PublishMark?
        var createdAt: JobInstant
        var stateAt: JobInstant
        var dueAt: JobInstant?
        var result: JSONText?
        var failure: JobFailure?
        var history: [JobHistoryEntry] = []
        /// How many ends of runs were stored.
        var completions = 0
    }

    struct Server: Sendable {
        var registration: ServerRegistration
        var leaseUntil: JobInstant
        var isDead = false
        var offersTakeover = false
        var renewal: Int64 = 0
        var renewedAt = JobInstant(offset: .zero)
        /// When the renewal before the last was.
        var stoodAfter = JobInstant(offset: .zero)
    }

    struct Session: Sendable {
        var watermark: PublisherWatermark
        var leaseUntil: JobInstant
        var isClosed = false
    }

    /// The fence of one run.
    struct Token: Sendable, Hashable {
        var id: JobID
        var owner: ServerEpoch
        var claim: Int64
    }

    let dates: @Sendable (JobInstant) -> Date
    var rows: [JobID: Row] = [:]
    var servers: [ServerEpoch: Server] = [:]
    var sessions: [PublisherSession: Session] = [:]
    /// The locks that sessions of the database hold.
    var locks: Set<ServerPresence> = []
    /// Since when the sessions have held without a break.
    var sessionsSince = JobInstant(offset: .zero)
    var counters: [JobCounter: Int] = [:]
    var tokens: Set<Token> = []
    var violations: [String] = []

    init(dates: @escaping @Sendable (JobInstant) -> Date = { Date(timeIntervalSince1970: $0.offset / .seconds(1)) }) {
        self.dates = dates
    }

    // MARK: Moves

    /// Moves a row along the table of legal moves and writes its history.
    mutating func move(_ id: JobID, to state: JobState, at now: JobInstant, reason: String? = nil) {
        guard var row = rows[id] else { return }
        if !JobTransition(from: row.state, to: state).isLegal {
            violations.append("illegal move of \(id): \(row.state) to \(state)")
        }
        row.state = state
        row.stateAt = now
        if state != .enqueued { row.mark = nil }
        if state != .scheduled { row.dueAt = nil }
        rows[id] = row
        record(id, at: now, reason: reason)
    }

    mutating func record(_ id: JobID, at now: JobInstant, reason: String? = nil) {
        guard let row = rows[id] else { return }
        let entry = JobHistoryEntry(
            at: dates(now),
            state: row.state,
            reason: reason,
            server: row.owner,
            run: row.run,
            attempt: row.attempt,
            data: nil
        )
        rows[id]?.history.append(entry)
    }

    /// Returns a row to its queue: the next generation, nobody's fence.
    mutating func enqueue(_ id: JobID, _ mark: PublishMark?, at now: JobInstant, reason: String) -> MarkedDispatch? {
        guard let row = rows[id] else { return nil }
        rows[id]?.generation += 1
        rows[id]?.owner = nil
        rows[id]?.claim = nil
        move(id, to: .enqueued, at: now, reason: reason)
        rows[id]?.mark = mark
        checkSession(of: mark)
        return MarkedDispatch(message: row.message(generation: row.generation + 1), sequence: mark?.sequence ?? 0)
    }

    mutating func checkSession(of mark: PublishMark?) {
        if let mark, sessions[mark.session] == nil {
            violations.append("a row bears the mark of a session that was never registered")
        }
    }

    // MARK: Questions

    func isConfirmed(_ mark: PublishMark) -> Bool {
        guard let watermark = sessions[mark.session]?.watermark else { return false }
        return mark.sequence < watermark.confirmedBelow && !watermark.pending.contains(mark.sequence)
    }

    /// Whether nobody answers for the publishing of an enqueued row (PROTOCOL section 4).
    func isUnpublished(_ row: Row, age: Duration, at now: JobInstant) -> Bool {
        guard row.state == .enqueued else { return false }
        guard let mark = row.mark, let session = sessions[mark.session] else { return true }
        guard !isConfirmed(mark) else { return false }
        return session.isClosed || session.leaseUntil < now || row.stateAt.duration(to: now) >= age
    }

    func isOrphan(_ row: Row) -> Bool {
        guard row.state == .processing, let owner = row.owner else { return false }
        return servers[owner]?.isDead ?? true
    }

    /// Why a compare-and-set found no match (PROTOCOL moves 2 and 3).
    func refusal(_ id: JobID, generation: Int, asking owner: ServerEpoch) -> ClaimRefusal {
        guard let row = rows[id] else { return .missing }
        guard row.generation == generation else { return .superseded }
        switch (row.state, row.owner) {
        case (.enqueued, _): return .stillEnqueued
        case (.processing, owner): return .mine(row.claimed)
        case (.processing, let other?): return .owned(by: other, isDead: servers[other]?.isDead ?? true)
        default: return .superseded
        }
    }
}

extension FakeTables.Row {
    func message(generation: Int) -> DispatchMessage {
        DispatchMessage(id: job.id, generation: generation, queue: job.queue, name: job.name)
    }

    var claimed: ClaimedJob {
        ClaimedJob(
            id: job.id,
            name: job.name,
            queue: job.queue,
            arguments: job.arguments,
            generation: generation,
            run: run,
            attempt: attempt,
            maximumAttempts: job.maximumAttempts,
            timeout: job.timeout,
            createdAt: Date(timeIntervalSince1970: 0),
            enqueuedAt: Date(timeIntervalSince1970: 0),
            claim: claim ?? 0
        )
    }

    func snapshot(_ dates: (JobInstant) -> Date) -> JobSnapshot {
        JobSnapshot(
            id: job.id,
            name: job.name,
            queue: job.queue,
            state: state,
            arguments: job.arguments,
            generation: generation,
            run: run,
            attempt: attempt,
            maximumAttempts: job.maximumAttempts,
            createdAt: dates(createdAt),
            stateAt: dates(stateAt),
            scheduledAt: dueAt.map(dates),
            result: result,
            failure: failure
        )
    }
}

extension FakeTables {
    /// Renews a lease; what it offers counts only with its lock, and after the renewal that it rests on.
    mutating func renew(_ epoch: ServerEpoch, lease: Duration, takeover: TakeoverTerms?, at now: JobInstant) {
        guard let server = servers[epoch] else { return }
        servers[epoch]?.leaseUntil = now.advanced(by: lease)
        servers[epoch]?.renewal += 1
        servers[epoch]?.renewedAt = now
        servers[epoch]?.stoodAfter = server.renewedAt
        servers[epoch]?.offersTakeover =
            takeover?.stoodAfter == server.renewal && server.registration.presence.map { locks.contains($0) } ?? false
    }

    func latePeers(of epoch: ServerEpoch, after lateness: Duration, at now: JobInstant) -> [ServerEpoch] {
        servers.filter { peer, server in
            peer != epoch && !server.isDead && server.offersTakeover
                && server.renewedAt.duration(to: now) > lateness
        }.map(\.key)
    }
}

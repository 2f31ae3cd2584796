#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// What ``InMemoryStorage`` stores, and the moves of PROTOCOL section 2 upon it.
///
/// Every order is one of times, numbers and ids: nothing rests on how hashes fall, so a run can be repeated.
package struct InMemoryTables: Sendable {
    /// Jobs.
    package var rows = InMemoryRows()
    /// Servers.
    package var servers: [ServerEpoch: Server] = [:]
    /// Publisher sessions.
    package var sessions: [PublisherSession: Session] = [:]
    /// Consumer sessions.
    package var consumers: [ConsumerSession: Consumer] = [:]
    /// How the probing of queues stands.
    package var probing: [String: Probing] = [:]
    /// What is known to be lost, or may be, in the order in which it was stored.
    package var losses: [Loss] = []
    /// What stands for the locks that sessions of a database hold: as long as a server is registered, its own.
    package var locks: Set<ServerPresence> = []
    /// Since when storage has been up without a break.
    package var sessionsSince: Date
    /// Recurring entries.
    package var recurring = Recurring()
    /// Queues that are paused, by queue and server.
    package var pauses: [PauseKey: QueuePause] = [:]
    /// Submissions that are remembered, and those that are no jobs.
    package var submissions = Submissions()
    /// How many jobs ended.
    package var statistics: Statistics
    /// Counts of rare things.
    package var counters: [JobCounter: Int] = [:]
    /// Who is shown every move, if anybody is.
    package var observer: (any InMemoryObserver)?
    /// When rows that wait were last looked for.
    var lookedForWaitingAt: Date?
    /// The last name given to a renewal; no two are the same.
    var lastRenewal: Int64 = 0

    /// Makes empty tables.
    ///
    /// - Parameters:
    ///   - now: The present date.
    ///   - observer: Who is shown every move.
    package init(at now: Date, observer: (any InMemoryObserver)? = nil) {
        self.sessionsSince = now
        self.statistics = Statistics(at: now)
        self.observer = observer
    }

    mutating func nextRenewal() -> Int64 {
        lastRenewal += 1
        return lastRenewal
    }

    // MARK: Questions

    /// Whether a server is listed and not certified dead.
    ///
    /// - Parameter epoch: The server.
    /// - Returns: Whether it is.
    package func isAlive(_ epoch: ServerEpoch) -> Bool {
        servers[epoch]?.isDead == false
    }

    /// Why a compare-and-set found no match (PROTOCOL moves 2 and 3).
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - generation: The generation that was delivered, or that the run was claimed at.
    ///   - asking: The server that asks.
    /// - Returns: The reason.
    package func refusal(_ id: JobID, generation: Int, asking: ServerEpoch) -> ClaimRefusal {
        guard let row = rows[id] else { return .missing }
        guard row.generation == generation else { return .superseded }
        switch (row.state, row.owner) {
        case (.enqueued, _): return isAlive(asking) ? .stillEnqueued : .ownEpochIsDead
        case (.processing, asking): return isAlive(asking) ? .mine(row.claimed) : .ownEpochIsDead
        case (.processing, let other?): return .owned(by: other, isDead: !isAlive(other))
        default: return .superseded
        }
    }

    /// The first processing rows whose owner is dead or not listed.
    ///
    /// - Parameter limit: How many at most.
    /// - Returns: The jobs.
    func orphans(limit: Int) -> [JobID] {
        var found: [JobID] = []
        for owner in rows.owners where owner.map({ !isAlive($0) }) ?? true {
            guard found.count < limit else { break }
            found += rows.owned(by: owner).lazy.prefix(limit - found.count).map(\.id)
        }
        return found
    }

    // MARK: Moves

    /// Moves a row and writes its history.
    ///
    /// - Parameters:
    ///   - id: The job; nothing happens where there is none.
    ///   - state: The state entered.
    ///   - now: The present date.
    ///   - reason: Why, for the history.
    ///   - server: The server that makes the move, for the history.
    ///   - data: What belongs to the state, for the history.
    ///   - change: What else changes, before the history is written.
    package mutating func move(
        _ id: JobID,
        to state: JobState,
        at now: Date,
        reason: String? = nil,
        server: ServerEpoch? = nil,
        data: JSONText? = nil,
        _ change: (inout Row) -> Void = { _ in }
    ) {
        // A copy only for whoever looks: it would make the history's next entry a copy as well.
        let before = observer == nil ? nil : rows[id]
        rows[id]?.apply { row in
            let isTurnedRound = row.stateAt.timeIntervalSince(now) < MoveTime.tolerance / .seconds(1)
            let now = isTurnedRound ? max(now, row.stateAt) : now
            row.state = state
            row.stateAt = now
            if state != .enqueued { row.mark = nil }
            if state != .scheduled { row.dueAt = nil }
            change(&row)
            row.record(at: now, reason: reason, server: server, data: data)
        }
        show(id, since: before)
    }

    /// Stores a new row.
    ///
    /// - Parameter row: The row, with its first entry of history.
    mutating func add(_ row: Row) {
        rows[row.job.id] = row
        show(row.job.id, since: nil)
    }

    /// Returns a row to its queue with the next generation.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - marks: The marks of the call.
    ///   - position: Which of them the row bears.
    ///   - now: The present date.
    ///   - reason: Why, for the history.
    ///   - server: The server that it is taken from, for the history.
    ///   - change: What else changes.
    /// - Returns: What is to be published; `nil` when there is no such row.
    mutating func enqueue(
        _ id: JobID,
        _ marks: PublishMarkRange,
        _ position: Int,
        at now: Date,
        reason: String? = nil,
        server: ServerEpoch? = nil,
        _ change: (inout Row) -> Void = { _ in }
    ) -> MarkedDispatch? {
        move(id, to: .enqueued, at: now, reason: reason, server: server) { row in
            row.generation += 1
            row.enqueuedAt = row.stateAt
            row.mark = marks[position]
            change(&row)
        }
        return rows[id]?.dispatch(marks, position)
    }

    private func show(_ id: JobID, since before: Row?) {
        if let observer, let after = rows[id] { observer.moved(from: before, to: after) }
    }
}

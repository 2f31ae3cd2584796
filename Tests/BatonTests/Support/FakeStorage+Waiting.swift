@testable import Baton

extension FakeStorage {
    func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        try await answer(.claimWaiting) { tables, now in
            guard tables.servers[owner]?.isDead == false else { return [] }
            let waiting = queues.flatMap { queue in
                tables.rows.values
                    .filter { $0.state == .enqueued && $0.job.queue == queue && names.contains($0.job.name) }
                    .sorted { ($0.stateAt, "\($0.job.id)") < ($1.stateAt, "\($1.job.id)") }
                    .map(\.job.id)
            }
            return waiting.prefix(limit).compactMap { tables.claim($0, owner, claim, at: now) }
        }
    }

    /// Returns once rows may have been enqueued, in whatever queue, or after the patience.
    func waitForWork(queues: [String], patience: Duration) async throws(JobStorageError) {
        try await answer(.waitForWork) { _, _ in }
        try? await signs.wait(atMost: patience, clock: clock)
    }
}

extension FakeTables {
    /// Whether a row waits in its queue that did not before.
    func hasEnqueued(since before: FakeTables) -> Bool {
        rows.contains { id, row in
            row.state == .enqueued
                && (before.rows[id]?.state != .enqueued || before.rows[id]?.generation != row.generation)
        }
    }

    /// Gives a row to a server.
    mutating func claim(_ id: JobID, _ owner: ServerEpoch, _ claim: Int64, at now: JobInstant) -> ClaimedJob? {
        if !tokens.insert(.init(id: id, owner: owner, claim: claim)).inserted {
            violations.append("I1: a fence was issued twice")
        }
        rows[id]?.run += 1
        rows[id]?.attempt += 1
        rows[id]?.owner = owner
        rows[id]?.claim = claim
        move(id, to: .processing, at: now)
        return rows[id]?.claimed
    }
}

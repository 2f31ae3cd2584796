public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Claims jobs that wait in queues, without a message: oldest first, passing over rows that others are claiming.
    ///
    /// - Parameters:
    ///   - queues: The queues, in order: a job of the next is taken only when the one before has no more.
    ///   - names: The names that the server knows; rows of others are passed over.
    ///   - limit: How many jobs at most.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: The jobs claimed; fewer than `limit` only when no more wait.
    /// - Throws: ``JobStorageError``.
    public func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        let sql = try await ready().waiting.claim
        guard limit > 0, !queues.isEmpty, !names.isEmpty else { return [] }
        let look = { (since: [Date]?, limit: Int) async throws(JobStorageError) -> [ClaimedJob] in
            let statement = PostgresStatement(
                sql,
                queues,
                since ?? queues.map { _ in WaitingCursors.beginning },
                names,
                Int64(limit),
                owner.uuid,
                claim
            )
            let result = try await self.perform(on: self.work, statement)
            return try self.reading { () throws(PostgresError) in
                var jobs: [ClaimedJob] = []
                jobs.reserveCapacity(result.count)
                for row in result { jobs.append(try row.claimedJob()) }
                return jobs
            }
        }
        let since = cursors.since(queues, names, at: .now)
        var jobs = try await look(since, limit)
        if since != nil, jobs.count < limit {
            do throws(JobStorageError) {
                jobs += try await look(nil, limit - jobs.count)
            } catch  where !jobs.isEmpty {
                // What is claimed is claimed; what else waits is found by the next claim.
            }
        }
        jobs.sortAsWaiting(in: queues)
        cursors.found(jobs.count < limit ? nil : jobs.last, queues, names, isFromStart: since == nil, at: .now)
        return jobs
    }

    /// Waits until a job may wait in one of the queues: returns at the first sign, or after `patience`.
    ///
    /// The first call after a sign returns once the queues are armed, and the next one soon: a job may have been under
    /// way meanwhile.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - patience: How long to wait at most.
    /// - Throws: ``JobStorageError``.
    public func waitForWork(queues: [String], patience: Duration) async throws(JobStorageError) {
        let sql = try await ready().waiting.arm
        if queues.isEmpty { return }
        try await listener.wait(for: queues, atMost: patience) { queues throws(JobStorageError) in
            try await self.perform(on: self.work, PostgresStatement(sql, queues))
        }
    }
}

extension [ClaimedJob] {
    /// Sorts jobs as they waited, since rows come back as they lie in the table.
    ///
    /// - Parameter queues: The queues in their order.
    fileprivate mutating func sortAsWaiting(in queues: [String]) {
        let places = Dictionary(zip(queues, 0...)) { first, _ in first }
        sort { one, next in
            let (place, nextPlace) = (places[one.queue] ?? 0, places[next.queue] ?? 0)
            if place != nextPlace { return place < nextPlace }
            if one.enqueuedAt != next.enqueuedAt { return one.enqueuedAt < next.enqueuedAt }
            return one.id.precedes(next.id)
        }
    }
}

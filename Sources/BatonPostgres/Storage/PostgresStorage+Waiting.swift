public import Baton
internal import Locking
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Claims jobs that wait in queues, without a message, passing over rows that others are claiming: first those that
    /// nobody publishes, of each queue one level after the other, the oldest first; then those that somebody publishes, as far as they are looked for at the moment.
    ///
    /// - Parameters:
    ///   - queues: The queues, in order: a job of the next is taken only when the one before has no more.
    ///   - names: The names that the server knows; rows of others are passed over.
    ///   - limit: How many jobs at most.
    ///   - levels: All levels of priority, each once, in the order in which each queue is looked through.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: The jobs claimed; fewer than `limit` only when no more wait, or what more waits is published and looked for
    ///   at the next call or up to five seconds later.
    /// - Throws: ``JobStorageError``.
    public func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        levels: [JobPriorityLevel],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        let sql = try await ready().waiting
        guard limit > 0, !queues.isEmpty, !names.isEmpty else { return [] }
        let wanted = WaitingClaim(
            queues: queues,
            levels: levels,
            names: names,
            owner: owner,
            claim: claim
        )
        var jobs = try await claimUnmarked(wanted, limit, sql.claim)
        if jobs.count < limit,
            walk(wanted, { [isBusy = !jobs.isEmpty] in $0.isDue(at: .now, keepsWaiting: isBusy) })
        {
            do throws(JobStorageError) {
                jobs += try await claimMarked(wanted, limit - jobs.count, sql.claimMarked)
            } catch  where !jobs.isEmpty {
                // What is claimed is claimed; what else waits is found by the next claim.
            }
        }
        return jobs
    }

    private func claimUnmarked(
        _ wanted: WaitingClaim,
        _ limit: Int,
        _ sql: String
    ) async throws(JobStorageError) -> [ClaimedJob] {
        let (places, names) = (wanted.places, wanted.names)
        let look = { (since: [Date]?, limit: Int) async throws(JobStorageError) -> [WaitingJob] in
            let since = since ?? places.map { _ in WaitingCursors.beginning }
            let result = try await self.perform(on: self.work, wanted.statement(sql, in: places, from: since, limit))
            return try self.reading { () throws(PostgresError) in
                var jobs: [WaitingJob] = []
                jobs.reserveCapacity(result.count)
                for row in result { jobs.append(try row.waitingJob()) }
                return jobs
            }
        }
        let since = cursors.since(places, names, at: .now)
        var jobs = try await look(since, limit)
        if since != nil, jobs.count < limit {
            do throws(JobStorageError) {
                jobs += try await look(nil, limit - jobs.count)
            } catch  where !jobs.isEmpty {
                // As above.
            }
        }
        jobs.sortAsWaiting(in: places)
        cursors.found(jobs.count < limit ? nil : jobs.last, places, names, isFromStart: since == nil, at: .now)
        return jobs.map(\.job)
    }

    /// Looks through the next stretches of the table.
    private func claimMarked(
        _ wanted: WaitingClaim,
        _ limit: Int,
        _ sql: String
    ) async throws(JobStorageError) -> [ClaimedJob] {
        var jobs: [WaitingJob] = []
        var stretches = 0
        while jobs.count < limit, stretches < MarkedWalk.stretchesAtOnce {
            stretches += 1
            let rows: Int
            do throws(JobStorageError) {
                rows = try await claimStretch(wanted, limit - jobs.count, sql, adding: &jobs)
            } catch {
                if jobs.isEmpty { throw error }
                // What is claimed is claimed.
                break
            }
            if rows < MarkedWalk.stretch { break }
        }
        walk(wanted) { [count = jobs.count] in $0.rest(claimed: count, at: .now) }
        jobs.sortAsWaiting(in: wanted.places)
        return jobs.map(\.job)
    }

    /// Looks through one stretch.
    ///
    /// - Returns: How many rows it had.
    private func claimStretch(
        _ wanted: WaitingClaim,
        _ limit: Int,
        _ sql: String,
        adding jobs: inout [WaitingJob]
    ) async throws(JobStorageError) -> Int {
        let beginning = UUID(uuid: uuid_t(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        let start = walk(wanted) { $0.start }?.uuid ?? beginning
        let result = try await perform(on: work, wanted.markedStatement(sql, from: start, limit))
        let (found, rows, end) = try reading { () throws(PostgresError) in
            let columns = ClaimStatements.claimedColumnCount
            var (found, rows, end): ([WaitingJob], Int, UUID?) = ([], 0, nil)
            for row in result {
                (rows, end) = (try row.decode(Int.self, columns + 1), try row.decode(UUID?.self, columns + 2))
                if try row.decode(UUID?.self, 0) != nil { found.append(try row.waitingJob()) }
            }
            return (found, rows, end)
        }
        walk(wanted) { $0.looked(claimed: found.count, of: limit, rows: rows, end: end.map { JobID($0) }) }
        jobs += found
        return rows
    }

    /// The walk of those who look for the same.
    private func walk<Answer>(_ wanted: WaitingClaim, _ body: (inout MarkedWalk) -> Answer) -> Answer {
        let aim = MarkedWalk.Aim(queues: wanted.queues.sorted(), names: wanted.names)
        return markedWalks.withLock { body(&$0[aim, default: MarkedWalk()]) }
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

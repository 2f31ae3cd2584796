public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage: JobMonitor {
    /// Jobs, newest first: in the falling order of their ids.
    ///
    /// One call goes through 10,000 rows at most, so that a page may be short, or empty, and still not the last.
    ///
    /// - Parameters:
    ///   - filter: Which jobs.
    ///   - cursor: Where the page before ended; `nil` for the first.
    ///   - limit: How many at most.
    /// - Returns: The jobs, and where the next page begins.
    /// - Throws: ``JobStorageError``.
    public func jobs(
        matching filter: JobFilter,
        after cursor: JobID?,
        limit: Int
    ) async throws(JobStorageError) -> JobPage {
        let states = filter.states.isEmpty ? Set(JobState.allCases) : filter.states
        let limit = JobFilter.allowed(limit)
        let ids = filter.ids.map { Array($0.prefix(JobFilter.maximumLimit)) }
        let sql = try await ready().monitor.jobs(in: states, hasCursor: cursor != nil, hasIDs: ids != nil)
        var values = PostgresParameters(states.map(\.code), filter.queue, filter.name)
        // One more than wanted tells whether there is more.
        values.append(limit + 1)
        values.append(MonitorStatements.stretch)
        if let cursor { values.append(cursor.uuid) }
        if let ids { values.append(ids.map(\.uuid)) }
        let result = try await perform(on: upkeep, PostgresStatement(sql, parameters: values, prepared: false))
        return try reading { () throws(PostgresError) in
            var page = JobPage(jobs: [], next: nil)
            for row in result where try row.decode(UUID?.self, 0) != nil { page.jobs.append(try row.snapshot()) }
            if page.jobs.count > limit {
                page.jobs.removeSubrange(limit...)
                page.next = page.jobs.last?.id
            } else if let row = result.first, try row.decode(Int.self, 17) == MonitorStatements.stretch {
                page.next = JobID(try row.decode(UUID.self, 18))
            }
            return page
        }
    }

    /// Every server on the list, in the order in which they were started.
    ///
    /// - Returns: The servers.
    /// - Throws: ``JobStorageError``.
    public func servers() async throws(JobStorageError) -> [ServerSnapshot] {
        try await list(try await ready().monitor.servers) { row throws(PostgresError) in
            let (isDead, isOver) = (try row.decode(Bool.self, 3), try row.decode(Bool.self, 4))
            return ServerSnapshot(
                epoch: ServerEpoch(try row.decode(UUID.self, 0)),
                name: try row.decode(String.self, 1),
                processID: try row.decode(Int.self, 2),
                state: isDead ? .dead : isOver ? .expired : .alive,
                queues: try row.decode([String].self, 5),
                concurrency: try row.decode(Int.self, 6),
                jobNames: try row.decode([String].self, 7),
                startedAt: try row.decode(Date.self, 8),
                heartbeatAt: try row.decode(Date.self, 9),
                leaseUntil: try row.decode(Date.self, 10),
                certifiedAt: try row.decode(Date?.self, 11)
            )
        }
    }

    /// Every queue that holds a job, that a living server serves or that is paused, by name.
    ///
    /// One call counts a million rows of a table at most, and says so when there are more.
    ///
    /// - Returns: The queues.
    /// - Throws: ``JobStorageError``.
    public func queues() async throws(JobStorageError) -> [QueueSnapshot] {
        let sql = try await ready().monitor.queues
        let queues = try await list(sql, MonitorStatements.countedRows) { row throws(PostgresError) in
            QueueSnapshot(
                name: try row.decode(String.self, 0),
                enqueued: try row.decode(Int.self, 1),
                processing: try row.decode(Int.self, 2),
                scheduled: try row.decode(Int.self, 3),
                oldestAge: try row.decode(Int64?.self, 4).map { .microseconds($0) },
                probeAge: try row.decode(Int64?.self, 5).map { .microseconds($0) },
                servers: try row.decode(Int.self, 6),
                isPartial: try row.decode(Bool.self, 7)
            )
        }
        return queues.noting(try await queuePauses())
    }

    /// What was ever counted.
    ///
    /// - Returns: The counts.
    /// - Throws: ``JobStorageError``.
    public func counters() async throws(JobStorageError) -> [JobCounter: Int] {
        let counts = try await list(try await ready().monitor.counters) { row throws(PostgresError) in
            (JobCounter(stored: try row.decode(String.self, 0)), try row.decode(Int.self, 1))
        }
        return Dictionary(counts, uniquingKeysWith: +)
    }

    /// What the reconciler would mend, without touching it.
    ///
    /// - Parameters:
    ///   - kinds: What to look for.
    ///   - age: How old an unconfirmed row of a living session must be.
    ///   - limit: How many of each kind at most.
    /// - Returns: What disagrees, kind by kind.
    /// - Throws: ``JobStorageError``.
    public func disagreements(
        _ kinds: Set<Disagreement.Kind>,
        unpublishedAge age: Duration,
        limit: Int
    ) async throws(JobStorageError) -> [Disagreement] {
        var found: [Disagreement] = []
        for kind in Disagreement.Kind.allCases where kinds.contains(kind) {
            found += try await disagreements(kind, age: age, limit: JobFilter.allowed(limit))
        }
        return found
    }

    private func disagreements(
        _ kind: Disagreement.Kind,
        age: Duration,
        limit: Int
    ) async throws(JobStorageError) -> [Disagreement] {
        let sql = try await ready().monitor
        switch kind {
        case .unpublished:
            return try await list(sql.unpublished, limit, age.microseconds) { row throws(PostgresError) in
                .unpublished(
                    JobID(try row.decode(UUID.self, 0)),
                    name: try row.decode(String.self, 1),
                    queue: try row.decode(String.self, 2),
                    Disagreement.Silence(rawValue: try row.decode(Int16.self, 4)) ?? .unknownSession,
                    since: try row.decode(Date.self, 3)
                )
            }
        case .lost:
            return try await list(sql.lost, limit) { row throws(PostgresError) in
                .lost(
                    JobID(try row.decode(UUID.self, 0)),
                    name: try row.decode(String.self, 1),
                    queue: try row.decode(String.self, 2),
                    since: try row.decode(Date.self, 3)
                )
            }
        case .orphan:
            return try await list(sql.orphans, limit) { row throws(PostgresError) in
                .orphan(
                    JobID(try row.decode(UUID.self, 0)),
                    name: try row.decode(String.self, 1),
                    queue: try row.decode(String.self, 2),
                    owner: try row.decode(UUID?.self, 4).map(ServerEpoch.init),
                    isListed: try row.decode(Bool.self, 5),
                    hasAttempts: try row.decode(Bool.self, 6),
                    since: try row.decode(Date.self, 3)
                )
            }
        case .expiredServer:
            return try await list(sql.expired, limit) { row throws(PostgresError) in
                .expired(
                    ServerEpoch(try row.decode(UUID.self, 0)),
                    name: try row.decode(String.self, 1),
                    leaseUntil: try row.decode(Date.self, 2)
                )
            }
        }
    }

    /// Runs a statement that is planned anew, and reads each of its rows.
    private func list<Value, each Parameter: PostgresEncodable>(
        _ sql: String,
        _ parameters: repeat each Parameter,
        reading read: (PostgresRow) throws(PostgresError) -> Value
    ) async throws(JobStorageError) -> [Value] {
        let statement = PostgresStatement(sql, repeat each parameters, prepared: false)
        let result = try await perform(on: upkeep, statement)
        return try reading { () throws(PostgresError) in
            var values: [Value] = []
            for row in result { values.append(try read(row)) }
            return values
        }
    }
}

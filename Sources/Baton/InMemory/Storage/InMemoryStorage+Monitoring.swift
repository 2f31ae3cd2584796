extension InMemoryStorage: JobMonitor {
    /// Jobs, newest first.
    ///
    /// - Parameters:
    ///   - filter: Which jobs.
    ///   - cursor: Where the page before ended; `nil` for the first.
    ///   - limit: How many at most.
    /// - Returns: The jobs, and where the next page begins.
    /// - Throws: Never; the signature is the protocol's.
    public func jobs(
        matching filter: JobFilter,
        after cursor: JobID?,
        limit: Int
    ) async throws(JobStorageError) -> JobPage {
        read { $0.jobs(matching: filter, after: cursor, limit: JobFilter.allowed(limit)) }
    }

    /// Every server on the list, in the order in which they were started.
    ///
    /// - Returns: The servers.
    /// - Throws: Never; the signature is the protocol's.
    public func servers() async throws(JobStorageError) -> [ServerSnapshot] {
        transaction { tables, now in tables.serverSnapshots(at: now) }
    }

    /// Every queue that holds a job, that a living server serves or that is paused, by name.
    ///
    /// - Returns: The queues.
    /// - Throws: Never; the signature is the protocol's.
    public func queues() async throws(JobStorageError) -> [QueueSnapshot] {
        transaction { tables, now in tables.queueSnapshots(at: now) }
    }

    /// What was ever counted.
    ///
    /// - Returns: The counts.
    /// - Throws: Never; the signature is the protocol's.
    public func counters() async throws(JobStorageError) -> [JobCounter: Int] {
        read { $0.counters }
    }

    /// What the reconciler would mend, without touching it.
    ///
    /// - Parameters:
    ///   - kinds: What to look for.
    ///   - age: How old an unconfirmed row of a living session must be.
    ///   - limit: How many of each kind at most.
    /// - Returns: What disagrees, kind by kind.
    /// - Throws: Never; the signature is the protocol's.
    public func disagreements(
        _ kinds: Set<Disagreement.Kind>,
        unpublishedAge age: Duration,
        limit: Int
    ) async throws(JobStorageError) -> [Disagreement] {
        transaction { tables, now in
            Disagreement.Kind.allCases.filter(kinds.contains).flatMap { kind in
                tables.disagreements(kind, age: age, limit: JobFilter.allowed(limit), at: now)
            }
        }
    }
}

extension JobStorage {
    /// No such place.
    public var executor: (any TaskExecutor)? { nil }

    /// Stores none: all jobs go through their queues.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: None.
    /// - Throws: Never; the signature is the protocol's.
    public func insert(
        _ jobs: [NewJob],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        []
    }

    /// Stores new jobs at once when the last is made.
    ///
    /// - Parameter next: Makes the next part; `nil` after the last.
    /// - Throws: What the closure throws; ``JobStorageError``.
    public func insert(parts next: () throws -> [NewJob]?) async throws {
        var jobs: [NewJob] = []
        while let part = try next() { jobs += part }
        _ = try await insert(jobs, isRepeated: false)
    }

    /// Deletes a job that is not final, whatever it does at the moment.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - reason: Why, for its history.
    /// - Returns: Whether there was such a job.
    /// - Throws: ``JobStorageError``.
    public func delete(_ id: JobID, reason: String?) async throws(JobStorageError) -> Bool {
        try await delete(id, reason: reason, expecting: nil)
    }

    /// Moves scheduled jobs that are due to their queues, however many wait there to be claimed.
    ///
    /// - Parameter marks: As many marks as jobs may be moved.
    /// - Returns: What is to be published, and when to ask again.
    /// - Throws: ``JobStorageError``.
    public func promoteDue(marks: PublishMarkRange) async throws(JobStorageError) -> Promotion {
        try await promoteDue(marks: marks, pace: .unlimited)
    }

    /// Puts jobs of dead servers back, where no job's own policy is known.
    ///
    /// - Parameter marks: As many marks as jobs may be moved.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    public func requeueOrphans(marks: PublishMarkRange) async throws(JobStorageError) -> OrphanRepair {
        try await requeueOrphans(marks: marks, deletingExhausted: [])
    }
}

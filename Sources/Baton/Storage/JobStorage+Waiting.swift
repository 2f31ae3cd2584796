extension JobStorage {
    /// Claims jobs that wait in queues, without a message: of each queue the highest level first.
    ///
    /// - Parameters:
    ///   - queues: The queues, in order: a job of the next is taken only when the one before has no more.
    ///   - names: The names that the server knows; rows of others are passed over.
    ///   - limit: How many jobs at most.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: The jobs claimed.
    /// - Throws: ``JobStorageError``.
    public func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        try await claimWaiting(
            queues: queues,
            names: names,
            limit: limit,
            levels: JobPriorityLevel.descending,
            owner: owner,
            claim: claim
        )
    }
}

extension InMemoryStorage {
    /// Puts jobs back into their queues by hand, that have ended or wait for their time.
    ///
    /// - Parameters:
    ///   - targets: The jobs, as they are expected to be.
    ///   - marks: As many marks as there are jobs.
    ///   - reason: Why, for their histories.
    /// - Returns: What is to be published, and what became of each.
    /// - Throws: Never; the signature is the protocol's.
    public func requeue(
        _ targets: [RequeueTarget],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue {
        transaction { tables, now in tables.requeue(targets, marks, reason: reason, at: now) }
    }
}

/// A stored job, to ask after.
public struct JobHandle<Output: Sendable>: Sendable {
    /// The job's id, the same in SQL, in messages and in logs.
    public let id: JobID

    private let storage: any JobStorage

    init(id: JobID, storage: any JobStorage) {
        self.id = id
        self.storage = storage
    }

    /// The job as it stands.
    ///
    /// - Returns: The job, or `nil` when it is no longer kept.
    /// - Throws: ``JobStorageError``.
    public func status() async throws(JobStorageError) -> JobSnapshot? {
        try await storage.job(id)
    }

    /// Every transition of the job, oldest first.
    ///
    /// - Returns: The transitions.
    /// - Throws: ``JobStorageError``.
    public func history() async throws(JobStorageError) -> [JobHistoryEntry] {
        try await storage.history(of: id)
    }
}

extension JobHandle where Output: Decodable {
    /// What the job returned.
    ///
    /// - Returns: The result, or `nil` while the job has not succeeded.
    /// - Throws: ``JobStorageError``, or ``JobError`` when the stored result is not of this type.
    public func result() async throws -> Output? {
        guard let job = try await storage.job(id), job.state == .succeeded, let result = job.result else { return nil }
        return try JobArgumentsCoder.decode(output: Output.self, from: result)
    }
}

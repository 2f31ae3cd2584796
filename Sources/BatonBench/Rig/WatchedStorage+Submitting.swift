import Baton

extension WatchedStorage: SubmissionForwarding {
    func forward<Answer: Sendable>(
        _ call: SubmissionCall,
        _ body: @escaping @Sendable (any SubmissionStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        try await body(storage)
    }
}

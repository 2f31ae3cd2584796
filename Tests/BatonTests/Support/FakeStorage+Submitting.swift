import Baton

extension FakeStorage: SubmissionForwarding {
    func forward<Answer: Sendable>(
        _ call: SubmissionCall,
        _ body: @escaping @Sendable (any SubmissionStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        try await answer(.submission(call)) { storage throws(JobStorageError) in try await body(storage) }
    }
}

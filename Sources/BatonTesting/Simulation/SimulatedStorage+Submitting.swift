package import Baton

/// What is done with submissions.
extension SimulatedStorage: SubmissionForwarding {
    package func forward<Answer: Sendable>(
        _ call: SubmissionCall,
        _ body: @escaping @Sendable (any SubmissionStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        try await self.call(.submission(call), as: call == .submit ? .insert : .none) {
            (storage) async throws(JobStorageError) in
            try await body(storage)
        }
    }
}

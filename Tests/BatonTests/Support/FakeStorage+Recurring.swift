import Baton

extension FakeStorage: RecurringForwarding {
    func forward<Answer: Sendable>(
        _ call: RecurringCall,
        _ body: @escaping @Sendable (any RecurringStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        try await answer(.recurring(call)) { storage throws(JobStorageError) in try await body(storage) }
    }
}

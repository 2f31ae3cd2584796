import Baton

extension DefectiveStorage: RecurringForwarding {
    func forward<Answer: Sendable>(
        _ call: RecurringCall,
        _ body: @escaping @Sendable (any RecurringStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        try await body(inner)
    }
}

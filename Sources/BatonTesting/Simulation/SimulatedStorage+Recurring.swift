package import Baton

/// What is done with recurring entries.
extension SimulatedStorage: RecurringForwarding {
    package func forward<Answer: Sendable>(
        _ call: RecurringCall,
        _ body: @escaping @Sendable (any RecurringStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        let makesJobs = call == .advance || call == .trigger
        return try await self.call(.recurring(call), as: makesJobs ? .insert : .none) {
            (storage) async throws(JobStorageError) in
            try await body(storage)
        }
    }
}

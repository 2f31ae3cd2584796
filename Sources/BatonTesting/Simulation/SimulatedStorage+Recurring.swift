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

    package func advanceRecurring(
        _ advances: [RecurringAdvance],
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> RecurringFiring {
        let isBlind = world.defects.contains(.advancesBlindly)
        return try await call(.recurring(.advance), as: .insert) { (storage) async throws(JobStorageError) in
            let advances = isBlind ? Self.blinded(advances, in: storage) : advances
            return try await storage.advanceRecurring(advances, marks: marks)
        }
    }

    /// Takes plans for good whatever they were made from, and forgets what was decided of their occurrences.
    private static func blinded(_ advances: [RecurringAdvance], in storage: InMemoryStorage) -> [RecurringAdvance] {
        storage.change { tables in
            advances.map { advance in
                var advance = advance
                if let record = tables.recurring.records[advance.id] { advance.revision = record.revision }
                for occurrence in advance.occurrences { tables.forgetOccurrence(at: occurrence.at, of: advance.id) }
                return advance
            }
        }
    }
}

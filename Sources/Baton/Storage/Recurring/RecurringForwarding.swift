#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// The calls of ``RecurringStorage``, by name.
package enum RecurringCall: String, Sendable, Hashable {
    case date, set, remove, pause, resume, disable, record, records, history, due, advance, trigger, trim
}

/// A storage that hands calls about recurring entries on to another, all in the same way.
package protocol RecurringForwarding: RecurringStorage {
    /// Makes a call of the other storage.
    ///
    /// - Parameters:
    ///   - call: Which.
    ///   - body: The call, given the storage that is to answer it.
    /// - Returns: The answer.
    /// - Throws: ``JobStorageError``.
    func forward<Answer: Sendable>(
        _ call: RecurringCall,
        _ body: @escaping @Sendable (any RecurringStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer
}

extension RecurringForwarding {
    package func recurringDate() async throws(JobStorageError) -> Date {
        try await forward(.date) { (storage) async throws(JobStorageError) in try await storage.recurringDate() }
    }

    package func setRecurring(
        _ definition: RecurringDefinition,
        nextAt: Date
    ) async throws(JobStorageError) -> RecurringSetting {
        try await forward(.set) { (storage) async throws(JobStorageError) in
            try await storage.setRecurring(definition, nextAt: nextAt)
        }
    }

    package func removeRecurring(_ id: String) async throws(JobStorageError) -> Bool {
        try await forward(.remove) { (storage) async throws(JobStorageError) in try await storage.removeRecurring(id) }
    }

    package func pauseRecurring(_ id: String) async throws(JobStorageError) -> Bool {
        try await forward(.pause) { (storage) async throws(JobStorageError) in try await storage.pauseRecurring(id) }
    }

    package func resumeRecurring(_ id: String, revision: Int64, nextAt: Date?) async throws(JobStorageError) -> Bool {
        try await forward(.resume) { (storage) async throws(JobStorageError) in
            try await storage.resumeRecurring(id, revision: revision, nextAt: nextAt)
        }
    }

    package func disableRecurring(_ id: String, revision: Int64, error: String) async throws(JobStorageError) -> Bool {
        try await forward(.disable) { (storage) async throws(JobStorageError) in
            try await storage.disableRecurring(id, revision: revision, error: error)
        }
    }

    package func recurring(_ id: String) async throws(JobStorageError) -> RecurringRecord? {
        try await forward(.record) { (storage) async throws(JobStorageError) in try await storage.recurring(id) }
    }

    package func recurringRecords() async throws(JobStorageError) -> [RecurringRecord] {
        try await forward(.records) { (storage) async throws(JobStorageError) in try await storage.recurringRecords() }
    }

    package func recurringHistory(of id: String, limit: Int) async throws(JobStorageError) -> [RecurringOccurrence] {
        try await forward(.history) { (storage) async throws(JobStorageError) in
            try await storage.recurringHistory(of: id, limit: limit)
        }
    }

    package func dueRecurring(limit: Int) async throws(JobStorageError) -> RecurringDue {
        try await forward(.due) { (storage) async throws(JobStorageError) in
            try await storage.dueRecurring(limit: limit)
        }
    }

    package func advanceRecurring(
        _ advances: [RecurringAdvance],
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> RecurringFiring {
        try await forward(.advance) { (storage) async throws(JobStorageError) in
            try await storage.advanceRecurring(advances, marks: marks)
        }
    }

    package func triggerRecurring(
        _ id: String,
        job: JobID,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> MarkedDispatch? {
        try await forward(.trigger) { (storage) async throws(JobStorageError) in
            try await storage.triggerRecurring(id, job: job, marks: marks)
        }
    }

    package func trimRecurringHistory(keeping count: Int, limit: Int) async throws(JobStorageError) -> Int {
        try await forward(.trim) { (storage) async throws(JobStorageError) in
            try await storage.trimRecurringHistory(keeping: count, limit: limit)
        }
    }
}

internal import Locking
#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension InMemoryStorage {
    /// The date of the storage's clock.
    ///
    /// - Returns: The date.
    /// - Throws: Never; the signature is the protocol's.
    public func recurringDate() async throws(JobStorageError) -> Date {
        transaction { _, now in now }
    }

    /// Sets an entry: makes it, or changes the one of the same id.
    ///
    /// - Parameters:
    ///   - definition: What it is to be.
    ///   - nextAt: The first occurrence from now on.
    /// - Returns: The entry as it stands now, and whether anything is different from before.
    /// - Throws: Never; the signature is the protocol's.
    public func setRecurring(
        _ definition: RecurringDefinition,
        nextAt: Date
    ) async throws(JobStorageError) -> RecurringSetting {
        transaction { tables, _ in tables.setRecurring(definition, nextAt: nextAt) }
    }

    /// Removes an entry with its occurrences.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there was such an entry.
    /// - Throws: Never; the signature is the protocol's.
    public func removeRecurring(_ id: String) async throws(JobStorageError) -> Bool {
        transaction { tables, _ in tables.removeRecurring(id) }
    }

    /// Pauses an entry.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there is such an entry.
    /// - Throws: Never; the signature is the protocol's.
    public func pauseRecurring(_ id: String) async throws(JobStorageError) -> Bool {
        transaction { tables, now in tables.pauseRecurring(id, at: now) }
    }

    /// Lets a paused entry go on.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - revision: The revision from which that was worked out.
    ///   - nextAt: The first occurrence from now on; `nil` to leave it to a server.
    /// - Returns: Whether this call did it.
    /// - Throws: Never; the signature is the protocol's.
    public func resumeRecurring(
        _ id: String,
        revision: Int64,
        nextAt: Date?
    ) async throws(JobStorageError) -> Bool {
        transaction { tables, _ in tables.resumeRecurring(id, revision: revision, nextAt: nextAt) }
    }

    /// Disables an entry that cannot be read.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - revision: The revision that cannot be read.
    ///   - error: What is wrong.
    /// - Returns: Whether this call did it.
    /// - Throws: Never; the signature is the protocol's.
    public func disableRecurring(
        _ id: String,
        revision: Int64,
        error: String
    ) async throws(JobStorageError) -> Bool {
        transaction { tables, _ in tables.disableRecurring(id, revision: revision, error: error) }
    }

    /// An entry as it stands.
    ///
    /// - Parameter id: The entry.
    /// - Returns: The entry; `nil` when there is none.
    /// - Throws: Never; the signature is the protocol's.
    public func recurring(_ id: String) async throws(JobStorageError) -> RecurringRecord? {
        read { $0.recurring.records[id] }
    }

    /// Every entry, by id.
    ///
    /// - Returns: The entries.
    /// - Throws: Never; the signature is the protocol's.
    public func recurringRecords() async throws(JobStorageError) -> [RecurringRecord] {
        read { $0.recurring.records.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// What became of an entry's occurrences, latest first.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - limit: How many at most.
    /// - Returns: The occurrences.
    /// - Throws: Never; the signature is the protocol's.
    public func recurringHistory(
        of id: String,
        limit: Int
    ) async throws(JobStorageError) -> [RecurringOccurrence] {
        read { Array($0.recurringHistory(of: id).prefix(max(limit, 0))) }
    }

    /// The entries that are due.
    ///
    /// - Parameter limit: How many at most.
    /// - Returns: The entries, and when to ask again.
    /// - Throws: Never; the signature is the protocol's.
    public func dueRecurring(limit: Int) async throws(JobStorageError) -> RecurringDue {
        transaction { tables, now in tables.dueRecurring(limit: limit, at: now) }
    }

    /// Decides occurrences, makes their jobs, and moves the entries on.
    ///
    /// - Parameters:
    ///   - advances: How entries are to go on.
    ///   - marks: As many marks as there are occurrences.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError`` when a date of an entry is to be decided twice.
    public func advanceRecurring(
        _ advances: [RecurringAdvance],
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> RecurringFiring {
        try transaction { tables, now throws(JobStorageError) in
            try tables.advanceRecurring(advances, marks, at: now)
        }
    }

    /// Makes a job of an entry now.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - job: The job's id.
    ///   - marks: One mark.
    /// - Returns: What is to be published; `nil` when there is no such entry.
    /// - Throws: Never; the signature is the protocol's.
    public func triggerRecurring(
        _ id: String,
        job: JobID,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> MarkedDispatch? {
        transaction { tables, now in tables.triggerRecurring(id, job, marks, at: now) }
    }

    /// Removes old occurrences.
    ///
    /// - Parameters:
    ///   - count: How many of each entry are to be left.
    ///   - limit: How many to remove at most.
    /// - Returns: How many were removed.
    /// - Throws: Never; the signature is the protocol's.
    public func trimRecurringHistory(keeping count: Int, limit: Int) async throws(JobStorageError) -> Int {
        transaction { tables, _ in tables.trimRecurringHistory(keeping: count, limit: limit) }
    }
}

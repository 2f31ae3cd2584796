#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Where recurring entries are kept, with the occurrences that became jobs.
///
/// A part of ``JobStorage``. What is due is read, planned by whoever asks, and then decided in one transaction by
/// compare-and-set on the entry's revision: several servers may ask side by side, and each occurrence makes one job at
/// most. Time is the storage's.
public protocol RecurringStorage: Sendable {
    /// The storage's date, from which the first occurrence of an entry is counted.
    ///
    /// - Returns: The date.
    /// - Throws: ``JobStorageError``.
    func recurringDate() async throws(JobStorageError) -> Date

    /// Sets an entry: makes it, or changes the one of the same id.
    ///
    /// With the same schedule the next occurrence stays, unless the entry is disabled, and what holds one back stays, too;
    /// with everything the same nothing changes. A disabled entry is enabled; a paused one stays paused.
    ///
    /// - Parameters:
    ///   - definition: What it is to be.
    ///   - nextAt: The first occurrence from now on; infinite when there is none.
    /// - Returns: The entry as it stands now, and whether anything is different from before.
    /// - Throws: ``JobStorageError``.
    func setRecurring(
        _ definition: RecurringDefinition,
        nextAt: Date
    ) async throws(JobStorageError) -> RecurringSetting

    /// Removes an entry with its occurrences; jobs that it made stay.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there was such an entry.
    /// - Throws: ``JobStorageError``.
    func removeRecurring(_ id: String) async throws(JobStorageError) -> Bool

    /// Pauses an entry: it makes no jobs until it is resumed. An occurrence that waits is dropped.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there is such an entry.
    /// - Throws: ``JobStorageError``.
    func pauseRecurring(_ id: String) async throws(JobStorageError) -> Bool

    /// Lets a paused entry go on, unless it has changed meanwhile; nothing happens to one that is not paused.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - revision: The revision whose schedule `nextAt` was worked out from.
    ///   - nextAt: The first occurrence from now on; `nil` to leave it to a server.
    /// - Returns: Whether this call did it.
    /// - Throws: ``JobStorageError``.
    func resumeRecurring(
        _ id: String,
        revision: Int64,
        nextAt: Date?
    ) async throws(JobStorageError) -> Bool

    /// Disables an entry that cannot be read, unless it has changed meanwhile.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - revision: The revision that cannot be read.
    ///   - error: What is wrong, for people.
    /// - Returns: Whether this call did it.
    /// - Throws: ``JobStorageError``.
    func disableRecurring(
        _ id: String,
        revision: Int64,
        error: String
    ) async throws(JobStorageError) -> Bool

    /// An entry as it stands.
    ///
    /// - Parameter id: The entry.
    /// - Returns: The entry; `nil` when there is none.
    /// - Throws: ``JobStorageError``.
    func recurring(_ id: String) async throws(JobStorageError) -> RecurringRecord?

    /// Every entry, by id.
    ///
    /// - Returns: The entries.
    /// - Throws: ``JobStorageError``.
    func recurringRecords() async throws(JobStorageError) -> [RecurringRecord]

    /// What became of an entry's occurrences, latest first.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - limit: How many at most.
    /// - Returns: The occurrences; none when there is no such entry.
    /// - Throws: ``JobStorageError``.
    func recurringHistory(of id: String, limit: Int) async throws(JobStorageError) -> [RecurringOccurrence]

    /// The entries that are due: whose next occurrence has come or was not worked out yet, or of which one waits for a job
    /// that has ended. Neither paused nor disabled ones.
    ///
    /// - Parameter limit: How many at most.
    /// - Returns: The entries, and when to ask again.
    /// - Throws: ``JobStorageError``.
    func dueRecurring(limit: Int) async throws(JobStorageError) -> RecurringDue

    /// Decides occurrences, makes their jobs, and moves the entries on: for each entry all of it or nothing.
    ///
    /// An entry of another revision than was planned from stays as it is, and so does one that another call is moving.
    /// Whether the entry's latest jobs have ended, those made by hand included, is judged in the same transaction
    /// (``OverlapPolicy``). An occurrence that was decided before makes no job; a date that is given twice is refused.
    ///
    /// - Parameters:
    ///   - advances: How entries are to go on; each entry at most once.
    ///   - marks: As many marks as there are occurrences.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    func advanceRecurring(
        _ advances: [RecurringAdvance],
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> RecurringFiring

    /// Makes a job of an entry now, whatever its schedule, its policies and whether it is paused.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - job: The job's id.
    ///   - marks: One mark.
    /// - Returns: What is to be published; `nil` when there is no such entry.
    /// - Throws: ``JobStorageError``.
    func triggerRecurring(
        _ id: String,
        job: JobID,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> MarkedDispatch?

    /// Removes old occurrences, so that so many of each entry are left; a bounded batch of them.
    ///
    /// - Parameters:
    ///   - count: How many are to be left.
    ///   - limit: How many to remove at most.
    /// - Returns: How many were removed.
    /// - Throws: ``JobStorageError``.
    func trimRecurringHistory(keeping count: Int, limit: Int) async throws(JobStorageError) -> Int
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What there is to see of jobs, servers and queues: for operators' commands and pages, never for the protocol.
///
/// Every answer is bounded, and one look at the truth: it may be over by the time it is read. A storage that is no monitor
/// serves all the same; nothing but people looks through it.
public protocol JobMonitor: Sendable {
    /// Jobs, newest first: in the falling order of their ids, which begin with the time they were made at.
    ///
    /// Of a large storage one call looks at one stretch, so that a page may be short, or empty, and still not the last.
    ///
    /// - Parameters:
    ///   - filter: Which jobs.
    ///   - cursor: Where the page before ended; `nil` for the first.
    ///   - limit: How many at most; 1 to ``JobFilter/maximumLimit``, others are taken for the nearest of these.
    /// - Returns: The jobs, and where the next page begins.
    /// - Throws: ``JobStorageError``.
    func jobs(
        matching filter: JobFilter,
        after cursor: JobID?,
        limit: Int
    ) async throws(JobStorageError) -> JobPage

    /// Every server on the list, in the order in which they were started.
    ///
    /// - Returns: The servers, those included that are dead and not forgotten yet.
    /// - Throws: ``JobStorageError``.
    func servers() async throws(JobStorageError) -> [ServerSnapshot]

    /// Every queue that holds a job, that a living server serves or that is paused, by name.
    ///
    /// - Returns: The queues.
    /// - Throws: ``JobStorageError``.
    func queues() async throws(JobStorageError) -> [QueueSnapshot]

    /// What was ever counted.
    ///
    /// - Returns: The counts; what is missing stands at 0.
    /// - Throws: ``JobStorageError``.
    func counters() async throws(JobStorageError) -> [JobCounter: Int]

    /// How many jobs ended, newest first; then by name and state.
    ///
    /// - Parameters:
    ///   - period: What they are added up over.
    ///   - start: From when on.
    ///   - limit: How many at most; 1 to ``JobStatistic/maximumLimit``, others are taken for the nearest of these.
    /// - Returns: The statistics.
    /// - Throws: ``JobStorageError``.
    func statistics(
        by period: JobStatistic.Period,
        since start: Date,
        limit: Int
    ) async throws(JobStorageError) -> [JobStatistic]

    /// What the reconciler would mend (PROTOCOL section 4), without touching it.
    ///
    /// - Parameters:
    ///   - kinds: What to look for. Where no client has a transport, rows that nobody publishes are as they should be: then
    ///     do not ask for ``Disagreement/Kind/unpublished``.
    ///   - age: How old an unconfirmed row of a living session must be (T of PROTOCOL section 2).
    ///   - limit: How many of each kind at most; 1 to ``JobFilter/maximumLimit``.
    /// - Returns: What disagrees, kind by kind.
    /// - Throws: ``JobStorageError``.
    func disagreements(
        _ kinds: Set<Disagreement.Kind>,
        unpublishedAge age: Duration,
        limit: Int
    ) async throws(JobStorageError) -> [Disagreement]
}

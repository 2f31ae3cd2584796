#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension InMemoryStorage {
    /// Makes one step: counts what ended in hours that are over, removes what is past its time, or forgets old statistics.
    ///
    /// - Parameters:
    ///   - policy: How long what stays.
    ///   - limit: How many jobs are removed at most.
    /// - Returns: What was done, and whether there is more.
    /// - Throws: Never; the signature is the protocol's.
    public func retain(_ policy: RetentionPolicy, limit: Int) async throws(JobStorageError) -> RetentionStep {
        transaction { tables, now in tables.retain(policy, limit: max(limit, 1), at: now) }
    }

    /// How many jobs ended, newest first.
    ///
    /// - Parameters:
    ///   - period: What they are added up over.
    ///   - start: From when on.
    ///   - limit: How many at most.
    /// - Returns: The statistics.
    /// - Throws: Never; the signature is the protocol's.
    public func statistics(
        by period: JobStatistic.Period,
        since start: Date,
        limit: Int
    ) async throws(JobStorageError) -> [JobStatistic] {
        read { $0.statistics(by: period, since: start, limit: JobStatistic.allowed(limit)) }
    }
}

import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension FakeStorage: JobMonitor {
    func jobs(
        matching filter: JobFilter,
        after cursor: JobID?,
        limit: Int
    ) async throws(JobStorageError) -> JobPage {
        try await answer(.jobs) { storage throws(JobStorageError) in
            try await storage.jobs(matching: filter, after: cursor, limit: limit)
        }
    }

    func servers() async throws(JobStorageError) -> [ServerSnapshot] {
        try await answer(.servers) { storage throws(JobStorageError) in try await storage.servers() }
    }

    func queues() async throws(JobStorageError) -> [QueueSnapshot] {
        try await answer(.queues) { storage throws(JobStorageError) in try await storage.queues() }
    }

    func counters() async throws(JobStorageError) -> [JobCounter: Int] {
        try await answer(.counters) { storage throws(JobStorageError) in try await storage.counters() }
    }

    func statistics(
        by period: JobStatistic.Period,
        since start: Date,
        limit: Int
    ) async throws(JobStorageError) -> [JobStatistic] {
        try await answer(.statistics) { storage throws(JobStorageError) in
            try await storage.statistics(by: period, since: start, limit: limit)
        }
    }

    func disagreements(
        _ kinds: Set<Disagreement.Kind>,
        unpublishedAge age: Duration,
        limit: Int
    ) async throws(JobStorageError) -> [Disagreement] {
        try await answer(.disagreements) { storage throws(JobStorageError) in
            try await storage.disagreements(kinds, unpublishedAge: age, limit: limit)
        }
    }
}

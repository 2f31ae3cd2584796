import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DefectiveStorage {
    func retain(_ policy: RetentionPolicy, limit: Int) async throws(JobStorageError) -> RetentionStep {
        var (policy, limit) = (policy, limit)
        switch defect {
        case .keepsAll: return RetentionStep()
        case .ignoresNames: policy.timesByName = [:]
        case .takesFailedForSucceeded: policy.times.failed = policy.times.succeeded
        case .removesWithoutLimit: limit += 1_000
        case .removesAtOnce:
            (inner as? InMemoryStorage)?.change { tables in
                for row in tables.rows.values where row.state == .succeeded { tables.rows[row.job.id] = nil }
            }
        default: break
        }
        var step = try await inner.retain(policy, limit: limit)
        if defect == .tellsOfRemovalsTwice { step.removed = step.removed.mapValues { $0 * 2 } }
        return step
    }

    func statistics(
        by period: JobStatistic.Period,
        since start: Date,
        limit: Int
    ) async throws(JobStorageError) -> [JobStatistic] {
        guard let monitor = inner as? any JobMonitor else { throw JobStorageError(.refused, "It is no monitor.") }
        return defect == .showsNoStatistics ? [] : try await monitor.statistics(by: period, since: start, limit: limit)
    }
}

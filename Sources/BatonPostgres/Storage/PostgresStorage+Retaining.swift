public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension PostgresStorage {
    /// Makes one step: counts what ended in hours that are over, removes what is past its time, or forgets old statistics.
    ///
    /// - Parameters:
    ///   - policy: How long what stays.
    ///   - limit: How many rows are gone through one by one at most; where all jobs of a day are past their time, its
    ///     partition is dropped.
    /// - Returns: What was done, and whether there is more.
    /// - Throws: ``JobStorageError``.
    public func retain(_ policy: RetentionPolicy, limit: Int) async throws(JobStorageError) -> RetentionStep {
        // No job's name is empty.
        let names = [""] + policy.timesByName.keys.sorted()
        func times(_ state: JobState) -> [Int64?] {
            names.map { policy.time(of: state, name: $0)?.microseconds }
        }
        let statement = PostgresStatement(
            try await ready().retention.retain,
            names,
            times(.succeeded),
            times(.deleted),
            times(.failed),
            policy.hourlyStatistics?.microseconds,
            policy.dailyStatistics?.microseconds,
            max(limit, 1)
        )
        let result = try await perform(on: upkeep, statement)
        return try reading { () throws(PostgresError) in
            guard let row = result.first else { return RetentionStep() }
            return RetentionStep(
                removed: [
                    .succeeded: try row.decode(Int.self, 2), .deleted: try row.decode(Int.self, 3),
                    .failed: try row.decode(Int.self, 4),
                ].filter { $0.value > 0 },
                droppedDays: try row.decode(Int.self, 1),
                countedHours: try row.decode(Int.self, 0),
                hasMore: try row.decode(Bool.self, 5)
            )
        }
    }

    /// How many jobs ended, newest first.
    ///
    /// - Parameters:
    ///   - period: What they are added up over.
    ///   - start: From when on.
    ///   - limit: How many at most.
    /// - Returns: The statistics.
    /// - Throws: ``JobStorageError``.
    public func statistics(
        by period: JobStatistic.Period,
        since start: Date,
        limit: Int
    ) async throws(JobStorageError) -> [JobStatistic] {
        let sql = try await ready().retention
        let statement = PostgresStatement(
            period == .hour ? sql.hourly : sql.daily,
            start,
            JobStatistic.allowed(limit),
            prepared: false
        )
        let result = try await perform(on: upkeep, statement)
        return try reading { () throws(PostgresError) in
            var statistics: [JobStatistic] = []
            for row in result {
                let state = JobState(rawValue: try row.decode(String.self, 2))
                let statistic = JobStatistic(
                    start: try row.decode(Date.self, 0),
                    name: try row.decode(String.self, 1),
                    state: state ?? .succeeded,
                    jobs: try row.decode(Int.self, 3),
                    duration: .microseconds(try row.decode(Int64.self, 4))
                )
                statistics.append(statistic)
            }
            return statistics
        }
    }
}

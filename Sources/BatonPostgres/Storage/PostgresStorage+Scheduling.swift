public import Baton
internal import PostgresClient

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// How long to wait for jobs that are due and that another scheduler is moving at the moment.
    private static let contendedWait = Duration.milliseconds(50)

    /// Moves scheduled jobs that are due to their queues with the next generation.
    ///
    /// - Parameter marks: As many marks as jobs may be moved.
    /// - Returns: What is to be published, and when to ask again.
    /// - Throws: ``JobStorageError``.
    public func promoteDue(marks: PublishMarkRange) async throws(JobStorageError) -> Promotion {
        let sql = try await ready().schedule
        let promote = PostgresStatement(sql.promote, marks.session?.uuid, marks.firstSequence, marks.count)
        let result = try await perform(on: upkeep, promote)
        return try reading { () throws(PostgresError) in
            let wait = try result.first?.decode(Int64?.self, 5)
            let isEmpty = try result.first?.decode(UUID?.self, 0) == nil
            let dispatches = isEmpty ? [] : try result.markedDispatches()
            var nextDue = wait.map { Duration.microseconds($0) }
            if dispatches.isEmpty, marks.count > 0, let wait, wait <= 0 { nextDue = Self.contendedWait }
            return Promotion(dispatches: dispatches, nextDue: nextDue)
        }
    }
}

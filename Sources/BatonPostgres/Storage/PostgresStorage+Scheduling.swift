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
    /// Over the connections for the work, whose plans are kept: while many are due this is asked again and again.
    ///
    /// - Parameters:
    ///   - marks: As many marks as jobs may be moved.
    ///   - pace: How many may wait in their queues to be claimed.
    /// - Returns: What is to be published, when to ask again, and what holds queues back.
    /// - Throws: ``JobStorageError``.
    public func promoteDue(marks: PublishMarkRange, pace: PromotionPace) async throws(JobStorageError) -> Promotion {
        let sql = try await ready().schedule
        let promote = PostgresStatement(
            sql.promote,
            marks.session?.uuid,
            marks.firstSequence,
            marks.count,
            pace.outstanding.map(\.uuid),
            Array(pace.windows.keys),
            Array(pace.windows.values),
            pace.otherWindow
        )
        let result = try await perform(on: work, promote)
        return try reading { () throws(PostgresError) in
            var promotion = Promotion(dispatches: [], nextDue: nil)
            for row in result {
                if try row.decode(UUID?.self, 0) != nil {
                    promotion.dispatches.append(try row.markedDispatch())
                } else {
                    promotion.nextDue = try row.decode(Int64?.self, 6).map { .microseconds($0) }
                    promotion.heldQueues = try row.decode([String].self, 7)
                    promotion.unclaimed = try row.decode([UUID].self, 8).map { JobID($0) }
                }
            }
            promotion.dispatches.sort { $0.sequence < $1.sequence }
            let isContended = promotion.dispatches.isEmpty && marks.count > 0
            if isContended, let wait = promotion.nextDue, wait <= .zero { promotion.nextDue = Self.contendedWait }
            return promotion
        }
    }
}

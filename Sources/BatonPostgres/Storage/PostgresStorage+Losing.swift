public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Looks for queues in which some published row has been enqueued for long.
    ///
    /// A small table is looked through at once; of a large one the next 64 MB.
    ///
    /// - Parameters:
    ///   - age: How long.
    ///   - interval: How long after one look there is none.
    /// - Returns: The queues found, each once.
    /// - Throws: ``JobStorageError``.
    public func findWaiting(
        longerThan age: Duration,
        interval: Duration
    ) async throws(JobStorageError) -> [WaitingQueue] {
        let sql = try await ready().loss
        let look = try await perform(on: upkeep, PostgresStatement(sql.takeLook, interval.microseconds))
        let stretch = try reading { () throws(PostgresError) in
            try look.first.map { row throws(PostgresError) in try row.decode((String, String).self) }
        }
        guard let (start, end) = stretch else { return [] }
        let result = try await perform(on: upkeep, PostgresStatement(sql.findWaiting, start, end, age.microseconds))
        return try reading { () throws(PostgresError) in
            var queues: [WaitingQueue] = []
            for row in result {
                let age = Duration.microseconds(try row.decode(Int64.self, 1))
                queues.append(WaitingQueue(name: try row.decode(String.self, 0), age: age))
            }
            return queues
        }
    }

    /// Stores every session's watermark because a queue was found missing.
    ///
    /// - Parameters:
    ///   - loss: A number never used before.
    ///   - queue: The queue.
    /// - Throws: ``JobStorageError``.
    public func recordLoss(_ loss: ProbeID, of queue: String) async throws(JobStorageError) {
        let sql = try await ready().loss.record
        try await perform(on: upkeep, PostgresStatement(sql, loss.uuid, queue))
    }

    /// Says whether a queue that was found missing was still missing after the watermarks had been stored.
    ///
    /// - Parameters:
    ///   - loss: What ``recordLoss(_:of:)`` has stored.
    ///   - isConfirmed: Whether it was. What is not confirmed is removed.
    /// - Returns: Whether anything may be lost with the queue.
    /// - Throws: ``JobStorageError``.
    public func settleLoss(_ loss: ProbeID, isConfirmed: Bool) async throws(JobStorageError) -> Bool {
        let sql = try await ready().loss
        guard isConfirmed else {
            try await perform(on: upkeep, PostgresStatement(sql.remove, loss.uuid))
            return false
        }
        let results = try await perform(
            on: upkeep,
            [PostgresStatement(sql.confirm, loss.uuid), PostgresStatement(sql.concerns, loss.uuid)]
        )
        return try reading { () throws(PostgresError) in try results.last?.first?.decode(Bool.self, 0) ?? false }
    }

    /// Moves the marks of lost rows to another session; the generation stays.
    ///
    /// At most some thousands of rows are looked at.
    ///
    /// - Parameter marks: As many marks as rows may be moved.
    /// - Returns: What is to be published, and whether to ask again.
    /// - Throws: ``JobStorageError``.
    public func requeueLost(marks: PublishMarkRange) async throws(JobStorageError) -> LossRepair {
        let sql = try await ready().loss.requeue
        guard marks.count > 0 else { return LossRepair(dispatches: [], hasMore: false) }
        let statement = PostgresStatement(
            sql,
            marks.session?.uuid,
            marks.firstSequence,
            marks.count,
            RepairReason.lost
        )
        let result = try await perform(on: upkeep, statement)
        return try reading { () throws(PostgresError) in
            var repair = LossRepair(dispatches: [], hasMore: false)
            for row in result {
                repair.hasMore = try row.decode(Bool.self, 6)
                if try row.decode(UUID?.self, 0) != nil { repair.dispatches.append(try row.markedDispatch()) }
            }
            repair.dispatches.sort { $0.sequence < $1.sequence }
            return repair
        }
    }
}

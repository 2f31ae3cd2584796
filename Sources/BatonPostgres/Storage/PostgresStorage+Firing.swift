public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// The entries that are due.
    ///
    /// - Parameter limit: How many at most.
    /// - Returns: The entries, and when to ask again.
    /// - Throws: ``JobStorageError``.
    public func dueRecurring(limit: Int) async throws(JobStorageError) -> RecurringDue {
        let sql = try await ready().firing.due
        let result = try await perform(on: upkeep, PostgresStatement(sql, max(limit, 0), prepared: false))
        return try reading { () throws(PostgresError) in
            guard let first = result.first else { throw PostgresError(.decodingFailed, "The database told no date") }
            var due = RecurringDue(
                records: [],
                now: try first.decode(Date.self, 0),
                nextDue: try first.decode(Int64?.self, 1).map { .microseconds($0) }
            )
            for row in result where try row.decode(String?.self, 2) != nil {
                due.records.append(try row.recurringRecord(from: 2))
            }
            return due
        }
    }

    /// Decides occurrences, makes their jobs, and moves the entries on.
    ///
    /// - Parameters:
    ///   - advances: How entries are to go on.
    ///   - marks: As many marks as there are occurrences.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    public func advanceRecurring(
        _ advances: [RecurringAdvance],
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> RecurringFiring {
        let sql = try await ready().firing.advance
        if advances.isEmpty { return RecurringFiring(dispatches: [], nextStart: nil, advanced: 0) }
        let occurrences = advances.flatMap { advance in advance.occurrences.map { (id: advance.id, occurrence: $0) } }
        var values = PostgresParameters()
        values.append(marks.session?.uuid)
        values.append(marks.firstSequence)
        values.append(advances.map(\.id))
        values.append(advances.map(\.revision))
        values.append(advances.map(\.nextAt))
        values.append(occurrences.map(\.id))
        values.append(occurrences.map(\.occurrence.at))
        values.append(occurrences.map(\.occurrence.jobID.uuid))
        values.append(occurrences.map(\.occurrence.startAt))
        values.append(occurrences.map { RecurringReason.occurrence(of: $0.id, at: $0.occurrence.at) })
        let result = try await perform(on: upkeep, PostgresStatement(sql, parameters: values, prepared: false))
        return try reading { () throws(PostgresError) in
            var firing = RecurringFiring(dispatches: [], nextStart: nil, advanced: 0)
            for row in result {
                firing.advanced = try row.decode(Int.self, 0)
                firing.nextStart = try row.decode(Int64?.self, 1).map { .microseconds($0) }
                if try row.decode(UUID?.self, 2) != nil {
                    firing.dispatches.append(try row.markedDispatch(from: 2))
                }
            }
            firing.dispatches.sort { $0.sequence < $1.sequence }
            return firing
        }
    }

    /// Makes a job of an entry now.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - job: The job's id.
    ///   - marks: One mark.
    /// - Returns: What is to be published; `nil` when there is no such entry.
    /// - Throws: ``JobStorageError``.
    public func triggerRecurring(
        _ id: String,
        job: JobID,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> MarkedDispatch? {
        let sql = try await ready().firing.trigger
        let reason = RecurringReason.trigger(of: id)
        let statement = PostgresStatement(
            sql,
            id,
            job.uuid,
            marks.session?.uuid,
            marks.firstSequence,
            reason,
            prepared: false
        )
        let results = try await performBriefly([statement])
        return try reading { () throws(PostgresError) in try results.last?.first?.markedDispatch() }
    }
}

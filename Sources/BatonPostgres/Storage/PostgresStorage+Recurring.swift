public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

// What waits for an entry's row goes over the connections for the work: heartbeats must not wait behind it. Nor must claims,
// so it waits only so long.
extension PostgresStorage {
    /// The database's date.
    ///
    /// - Returns: The date.
    /// - Throws: ``JobStorageError``.
    public func recurringDate() async throws(JobStorageError) -> Date {
        _ = try await ready()
        let result = try await perform(on: upkeep, PostgresStatement("SELECT now()"))
        return try reading { () throws(PostgresError) in
            guard let row = result.first else { throw PostgresError(.decodingFailed, "The database told no date") }
            return try row.decode(Date.self, 0)
        }
    }

    /// Sets an entry: makes it, or changes the one of the same id.
    ///
    /// - Parameters:
    ///   - definition: What it is to be.
    ///   - nextAt: The first occurrence from now on.
    /// - Returns: The entry as it stands now, and whether anything is different from before.
    /// - Throws: ``JobStorageError``.
    public func setRecurring(
        _ definition: RecurringDefinition,
        nextAt: Date
    ) async throws(JobStorageError) -> RecurringSetting {
        let sql = try await ready().recurring
        var values = PostgresParameters()
        values.append(definition.id)
        values.append(definition.name)
        values.append(definition.queue)
        values.append(PostgresJSON(definition.arguments.text))
        values.append(Int16(clamping: definition.priority))
        values.append(Int32(clamping: definition.maximumAttempts))
        values.append(definition.timeout.map { $0.microseconds / 1000 })
        values.append(definition.retry.map { PostgresJSON($0.json.text) })
        values.append(definition.schedule.text)
        values.append(definition.schedule.zone)
        values.append(definition.misfire)
        values.append(definition.overlap)
        values.append(definition.jitter.microseconds / 1000)
        values.append(nextAt)
        let set = PostgresStatement(sql.set, parameters: values, prepared: false)
        let results = try await performBriefly([set, PostgresStatement(sql.record, definition.id, prepared: false)])
        let record = try reading { () throws(PostgresError) in try results.last?.first?.recurringRecord() }
        guard let record else {
            throw JobStorageError(.unavailable, "The entry “\(definition.id)” was removed while it was set. Try again.")
        }
        return RecurringSetting(record: record, isChanged: results.first?.isEmpty == false)
    }

    /// Removes an entry with its occurrences.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there was such an entry.
    /// - Throws: ``JobStorageError``.
    public func removeRecurring(_ id: String) async throws(JobStorageError) -> Bool {
        let sql = try await ready().recurring.remove
        return try await performBriefly([PostgresStatement(sql, id, prepared: false)]).last?.isEmpty == false
    }

    /// Pauses an entry.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there is such an entry.
    /// - Throws: ``JobStorageError``.
    public func pauseRecurring(_ id: String) async throws(JobStorageError) -> Bool {
        let sql = try await ready().recurring.pause
        let results = try await performBriefly([PostgresStatement(sql, id, prepared: false)])
        return try number(results.last) > 0
    }

    /// Lets a paused entry go on.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - revision: The revision from which that was worked out.
    ///   - nextAt: The first occurrence from now on; `nil` to leave it to a server.
    /// - Returns: Whether this call did it.
    /// - Throws: ``JobStorageError``.
    public func resumeRecurring(
        _ id: String,
        revision: Int64,
        nextAt: Date?
    ) async throws(JobStorageError) -> Bool {
        let sql = try await ready().recurring.resume
        let results = try await performBriefly([PostgresStatement(sql, id, revision, nextAt, prepared: false)])
        return results.last?.isEmpty == false
    }

    /// Disables an entry that cannot be read.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - revision: The revision that cannot be read.
    ///   - error: What is wrong.
    /// - Returns: Whether this call did it.
    /// - Throws: ``JobStorageError``.
    public func disableRecurring(
        _ id: String,
        revision: Int64,
        error: String
    ) async throws(JobStorageError) -> Bool {
        let sql = try await ready().recurring.disable
        let results = try await performBriefly([PostgresStatement(sql, id, revision, error, prepared: false)])
        return results.last?.isEmpty == false
    }

    /// An entry as it stands.
    ///
    /// - Parameter id: The entry.
    /// - Returns: The entry; `nil` when there is none.
    /// - Throws: ``JobStorageError``.
    public func recurring(_ id: String) async throws(JobStorageError) -> RecurringRecord? {
        let sql = try await ready().recurring.record
        let result = try await perform(on: upkeep, PostgresStatement(sql, id, prepared: false))
        return try reading { () throws(PostgresError) in try result.first?.recurringRecord() }
    }

    /// Every entry, by id.
    ///
    /// - Returns: The entries.
    /// - Throws: ``JobStorageError``.
    public func recurringRecords() async throws(JobStorageError) -> [RecurringRecord] {
        let sql = try await ready().recurring.records
        let result = try await perform(on: upkeep, PostgresStatement(sql, prepared: false))
        return try reading { () throws(PostgresError) in
            var records: [RecurringRecord] = []
            for row in result { records.append(try row.recurringRecord()) }
            return records
        }
    }

    /// What became of an entry's occurrences, latest first.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - limit: How many at most.
    /// - Returns: The occurrences.
    /// - Throws: ``JobStorageError``.
    public func recurringHistory(
        of id: String,
        limit: Int
    ) async throws(JobStorageError) -> [RecurringOccurrence] {
        let sql = try await ready().recurring.history
        let result = try await perform(on: upkeep, PostgresStatement(sql, id, max(limit, 0), prepared: false))
        return try reading { () throws(PostgresError) in
            var occurrences: [RecurringOccurrence] = []
            for row in result { occurrences.append(try row.recurringOccurrence()) }
            return occurrences
        }
    }

    /// Removes old occurrences.
    ///
    /// - Parameters:
    ///   - count: How many of each entry are to be left.
    ///   - limit: How many to remove at most.
    /// - Returns: How many were removed.
    /// - Throws: ``JobStorageError``.
    public func trimRecurringHistory(keeping count: Int, limit: Int) async throws(JobStorageError) -> Int {
        let sql = try await ready().recurring.trim
        let trim = PostgresStatement(sql, max(count, 0), max(limit, 0), prepared: false)
        return try number(try await perform(on: upkeep, trim))
    }

    private func number(_ result: PostgresResult?) throws(JobStorageError) -> Int {
        try reading { () throws(PostgresError) in try result?.first?.decode(Int.self, 0) ?? 0 }
    }
}

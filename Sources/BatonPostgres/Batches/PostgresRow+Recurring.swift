internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresRow {
    /// Reads ``RecurringStatements/columns``.
    ///
    /// - Parameter first: The number of the first of them.
    /// - Returns: The entry.
    /// - Throws: `PostgresError` when the columns are others.
    func recurringRecord(from first: Int = 0) throws(PostgresError) -> RecurringRecord {
        RecurringRecord(
            definition: RecurringDefinition(
                id: try decode(String.self, first),
                name: try decode(String.self, first + 1),
                queue: try decode(String.self, first + 2),
                arguments: JSONText(try decode(PostgresJSON.self, first + 3).text),
                priority: try decode(Int.self, first + 4),
                maximumAttempts: try decode(Int.self, first + 5),
                timeout: try decode(Int64?.self, first + 6).map { .milliseconds($0) },
                retry: try decode(PostgresJSON?.self, first + 7).map { RetryOptions(json: JSONText($0.text)) },
                schedule: RecurringSchedule(try decode(String.self, first + 8), in: try decode(String.self, first + 9)),
                misfire: try decode(String.self, first + 10),
                overlap: try decode(String.self, first + 11),
                jitter: .milliseconds(try decode(Int64.self, first + 12))
            ),
            revision: try decode(Int64.self, first + 13),
            isPaused: try decode(Bool.self, first + 14),
            error: try decode(String?.self, first + 15),
            nextAt: try decode(Date?.self, first + 16),
            heldAt: try decode(Date?.self, first + 17),
            lastAt: try decode(Date?.self, first + 18),
            lastJobID: try decode(UUID?.self, first + 19).map(JobID.init)
        )
    }

    /// Reads ``RecurringStatements/history``.
    ///
    /// - Returns: The occurrence.
    /// - Throws: `PostgresError` when the columns are others, or the outcome is one of a later version.
    func recurringOccurrence() throws(PostgresError) -> RecurringOccurrence {
        let text = try decode(String.self, 1)
        guard let outcome = RecurringOccurrence.Outcome(rawValue: text) else {
            throw PostgresError(.decodingFailed, "There is no outcome “\(text)” of an occurrence")
        }
        return RecurringOccurrence(
            at: try decode(Date.self, 0),
            outcome: outcome,
            jobID: try decode(UUID?.self, 2).map(JobID.init),
            decidedAt: try decode(Date.self, 3)
        )
    }
}

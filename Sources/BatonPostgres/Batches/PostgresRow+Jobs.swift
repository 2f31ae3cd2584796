internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresRow {
    /// Reads what ``ClaimStatements`` returns of a job.
    ///
    /// - Parameter first: The number of its first column.
    /// - Returns: The job.
    /// - Throws: `PostgresError` when the columns are others.
    func claimedJob(from first: Int = 0) throws(PostgresError) -> ClaimedJob {
        let notes = try decode(PostgresJSON?.self, first + 12).map { EnqueueNotes(json: JSONText($0.text)) }
        return ClaimedJob(
            id: JobID(try decode(UUID.self, first)),
            name: try decode(String.self, first + 3),
            queue: try decode(String.self, first + 4),
            arguments: JSONText(try decode(PostgresJSON.self, first + 5).text),
            generation: try decode(Int.self, first + 2),
            run: try decode(Int.self, first + 6),
            attempt: try decode(Int.self, first + 7),
            maximumAttempts: try decode(Int.self, first + 8),
            timeout: try decode(Int64?.self, first + 9).map { .milliseconds($0) },
            retry: notes?.retry,
            trace: notes?.trace,
            createdAt: try decode(Date.self, first + 10),
            enqueuedAt: try decode(Date?.self, first + 11) ?? Date(timeIntervalSince1970: 0),
            claim: try decode(Int64?.self, first + 1) ?? 0
        )
    }

    /// Reads a message to be published: id, generation, queue, type, seq, which a row without a mark has not, and
    /// priority.
    ///
    /// - Parameter first: The number of its first column.
    /// - Returns: The message with its mark's number.
    /// - Throws: `PostgresError` when the columns are others.
    func markedDispatch(from first: Int = 0) throws(PostgresError) -> MarkedDispatch {
        MarkedDispatch(
            message: DispatchMessage(
                id: JobID(try decode(UUID.self, first)),
                generation: try decode(Int.self, first + 1),
                queue: try decode(String.self, first + 2),
                name: try decode(String.self, first + 3),
                level: JobPriorityLevel(try decode(Int.self, first + 5))
            ),
            sequence: try decode(Int64?.self, first + 4) ?? 0
        )
    }

    /// Reads the number of a state.
    ///
    /// - Parameter column: The column's number.
    /// - Returns: The state.
    /// - Throws: `PostgresError` when there is no such state.
    func state(_ column: Int) throws(PostgresError) -> JobState {
        let code = try decode(Int16.self, column)
        guard let state = JobState(code: code) else {
            throw PostgresError(.decodingFailed, "There is no state \(code)")
        }
        return state
    }
}

extension PostgresResult {
    /// Reads messages to be published.
    ///
    /// - Returns: The messages, in the order of their marks.
    /// - Throws: `PostgresError` when the columns are others.
    func markedDispatches() throws(PostgresError) -> [MarkedDispatch] {
        var dispatches: [MarkedDispatch] = []
        for row in self { dispatches.append(try row.markedDispatch()) }
        return dispatches.sorted { $0.sequence < $1.sequence }
    }

    /// Reads ids.
    ///
    /// - Returns: The ids in the first column.
    /// - Throws: `PostgresError` when the column is another.
    func ids() throws(PostgresError) -> Set<JobID> {
        var ids: Set<JobID> = []
        for row in self { ids.insert(JobID(try row.decode(UUID.self, 0))) }
        return ids
    }
}

public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Deletes a job that is not final, whatever it does at the moment.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - reason: Why, for its history.
    ///   - state: The state in which it must be; `nil` for any.
    /// - Returns: Whether there was such a job.
    /// - Throws: ``JobStorageError``.
    public func delete(
        _ id: JobID,
        reason: String?,
        expecting state: JobState?
    ) async throws(JobStorageError) -> Bool {
        let lookup = try await ready().lookup
        // A job between two tables escapes the first statement. It can be met there a few times, not for ever.
        for _ in 0..<20 {
            let results = try await perform(
                on: work,
                [
                    PostgresStatement(lookup.delete, id.uuid, reason, state?.code),
                    PostgresStatement(lookup.isPending, id.uuid, state?.code),
                ]
            )
            if results.first?.isEmpty == false { return true }
            if results.last?.isEmpty == true { return false }
        }
        throw JobStorageError(.unavailable, "Job \(id) moved each time it was to be deleted. Try again.")
    }

    /// Deletes many jobs that are not final, whatever they do at the moment.
    ///
    /// - Parameters:
    ///   - targets: The jobs; one that is not as it is expected to be stays as it is, and so may one that is just moving to
    ///     another state.
    ///   - reason: Why, for their histories.
    /// - Returns: Those that it has deleted.
    /// - Throws: ``JobStorageError``: ``JobStorageError/Code/unavailable`` when somebody's open transaction holds one of them;
    ///   then all are as they were.
    public func delete(_ targets: [JobTarget], reason: String?) async throws(JobStorageError) -> Set<JobID> {
        let sql = try await ready().lookup.deleteMany
        if targets.isEmpty { return [] }
        let sorted = targets.inJobOrder(\.id)
        let statement = PostgresStatement(
            sql,
            sorted.map(\.id.uuid),
            reason,
            sorted.map { $0.state?.code },
            sorted.map { $0.generation.map(Int32.init(clamping:)) }
        )
        // What it has locked, claims and completions wait for: it must not wait itself. A job that is between two tables has
        // left the state in which it was found.
        let results = try await performBriefly([statement])
        return try reading { () throws(PostgresError) in try results.last?.ids() ?? [] }
    }

    /// A job as it stands.
    ///
    /// - Parameter id: The job.
    /// - Returns: The job, or `nil` when there is none.
    /// - Throws: ``JobStorageError``.
    public func job(_ id: JobID) async throws(JobStorageError) -> JobSnapshot? {
        let lookup = try await ready().lookup
        let result = try await perform(on: work, PostgresStatement(lookup.job, id.uuid))
        return try reading { () throws(PostgresError) in try result.first?.snapshot() }
    }

    /// Every transition of a job, oldest first.
    ///
    /// - Parameter id: The job.
    /// - Returns: The transitions; none when there is no such job.
    /// - Throws: ``JobStorageError``.
    public func history(of id: JobID) async throws(JobStorageError) -> [JobHistoryEntry] {
        let lookup = try await ready().lookup
        let result = try await perform(on: work, PostgresStatement(lookup.history, id.uuid))
        return try reading { () throws(PostgresError) in
            var entries: [JobHistoryEntry] = []
            for row in result { entries.append(try row.historyEntry()) }
            return entries
        }
    }
}

extension PostgresRow {
    /// Reads what ``LookupStatements/selection(from:)`` selects.
    ///
    /// - Returns: The job.
    /// - Throws: `PostgresError` when the columns are others.
    func snapshot() throws(PostgresError) -> JobSnapshot {
        let state = try state(3)
        let dueDate = try decode(Date?.self, 11)
        let failure = (type: try decode(String?.self, 13), message: try decode(String?.self, 14))
        let details = try decode(String?.self, 15)
        return JobSnapshot(
            id: JobID(try decode(UUID.self, 0)),
            name: try decode(String.self, 1),
            queue: try decode(String.self, 2),
            state: state,
            arguments: JSONText(try decode(PostgresJSON.self, 4).text),
            generation: try decode(Int.self, 5),
            run: try decode(Int.self, 6),
            attempt: try decode(Int.self, 7),
            maximumAttempts: try decode(Int.self, 8),
            createdAt: try decode(Date.self, 9),
            stateAt: try decode(Date.self, 10),
            scheduledAt: state == .scheduled ? dueDate : nil,
            result: try decode(PostgresJSON?.self, 12).map { JSONText($0.text) },
            failure: failure.type.map { JobFailure(type: $0, message: failure.message ?? "", details: details) },
            progress: try decode(PostgresJSON?.self, 16).flatMap { JobProgress(stored: JSONText($0.text)) }
        )
    }

    fileprivate func historyEntry() throws(PostgresError) -> JobHistoryEntry {
        JobHistoryEntry(
            at: try decode(Date.self, 0),
            state: try state(1),
            reason: try decode(String?.self, 2),
            server: try decode(UUID?.self, 3).map(ServerEpoch.init),
            run: try decode(Int.self, 4),
            attempt: try decode(Int.self, 5),
            data: try decode(PostgresJSON?.self, 6).map { JSONText($0.text) }
        )
    }
}

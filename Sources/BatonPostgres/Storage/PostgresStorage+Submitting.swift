public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Stores submissions, each once.
    ///
    /// - Parameters:
    ///   - submissions: The submissions.
    ///   - marks: Marks for those that are enqueued, in their order.
    ///   - window: How long a submission is remembered.
    ///   - claim: For which server to claim how many; `nil` to enqueue them all.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    public func submit(
        _ submissions: [Submission],
        marks: PublishMarkRange,
        window: Duration,
        claim: SubmissionClaim?
    ) async throws(JobStorageError) -> [SubmissionOutcome] {
        let sql = try await ready().submission
        if submissions.isEmpty { return [] }
        var batch = SubmissionBatch(submissions)
        if let claim, batch.mayBeClaimed(by: claim) {
            try await self.claim(&batch, sql, window, claim)
        }
        var tries = 1
        while !batch.isSettled {
            do throws(JobStorageError) {
                let result = try await perform(on: work, batch.statement(sql.submit, marks, window, claim))
                try reading { () throws(PostgresError) in try batch.settle(result, marks, claim) }
            } catch {
                // An id was taken meanwhile: the next try sees it, and takes another.
                guard error.isTakenID, tries < 5 else { throw error }
                tries += 1
            }
        }
        return batch.outcomes
    }

    /// Claims what is new and due, as almost all is: a statement of half the cost, which leaves the others open.
    private func claim(
        _ batch: inout SubmissionBatch,
        _ sql: SubmissionStatements,
        _ window: Duration,
        _ claim: SubmissionClaim
    ) async throws(JobStorageError) {
        do throws(JobStorageError) {
            let result = try await perform(on: work, batch.claim(sql, window, claim))
            try reading { () throws(PostgresError) in try batch.settle(claimed: result, claim) }
        } catch {
            guard error.isTakenID else { throw error }
        }
    }

    /// Which of some jobs a living server knows.
    ///
    /// - Parameter names: The names.
    /// - Returns: Those that are known.
    /// - Throws: ``JobStorageError``.
    public func servedNames(of names: [String]) async throws(JobStorageError) -> Set<String> {
        let sql = try await ready().submission.servedNames
        if names.isEmpty { return [] }
        let result = try await perform(on: upkeep, PostgresStatement(sql, names, prepared: false))
        return try reading { () throws(PostgresError) in
            var served: Set<String> = []
            for row in result { served.insert(try row.decode(String.self, 0)) }
            return served
        }
    }

    /// How many jobs are enqueued; costs the more, the more there are.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - limit: How many to count in each at most.
    /// - Returns: How many, of queues that have any.
    /// - Throws: ``JobStorageError``.
    public func backlog(of queues: [String], upTo limit: Int) async throws(JobStorageError) -> [String: Int] {
        let sql = try await ready().submission.backlog
        let result = try await perform(on: upkeep, PostgresStatement(sql, queues, limit, prepared: false))
        return try reading { () throws(PostgresError) in
            var backlog: [String: Int] = [:]
            for row in result { backlog[try row.decode(String.self, 0)] = try row.decode(Int.self, 1) }
            return backlog
        }
    }

    /// Forgets submissions whose time is over, and rejects that are old, in a bounded batch.
    ///
    /// - Parameters:
    ///   - age: How old a reject must be.
    ///   - limit: How many of each at most.
    /// - Returns: How many of the larger part were removed.
    /// - Throws: ``JobStorageError``.
    public func trimSubmissions(rejectsOlderThan age: Duration, limit: Int) async throws(JobStorageError) -> Int {
        let sql = try await ready().submission
        let limit = max(limit, 0)
        let trims = [
            PostgresStatement(sql.trim, limit, prepared: false),
            PostgresStatement(sql.trimRejects, age.microseconds, limit, prepared: false),
        ]
        var removed = 0
        for trim in trims {
            let result = try await perform(on: upkeep, trim)
            let count = try reading { () throws(PostgresError) in try result.first?.decode(Int.self, 0) ?? 0 }
            removed = max(removed, count)
        }
        return removed
    }

    // MARK: Rejects

    /// Keeps rejects; one that is kept already stays as it is.
    ///
    /// - Parameter rejects: The rejects.
    /// - Throws: ``JobStorageError``.
    public func keepRejects(_ rejects: [RejectedSubmission]) async throws(JobStorageError) {
        let sql = try await ready().submission.keep
        if rejects.isEmpty { return }
        var values = PostgresParameters()
        values.append(rejects.map(\.id.uuid))
        values.append(rejects.map(\.reject.code.description))
        values.append(rejects.map(\.reject.reason))
        values.append(rejects.map(\.message.producer))
        values.append(rejects.map(\.message.queue))
        values.append(rejects.map(\.message.exchange))
        values.append(rejects.map(\.message.routingKey))
        values.append(rejects.map(\.message.type))
        values.append(rejects.map(\.message.messageID))
        values.append(rejects.map { PostgresJSON($0.message.properties.text) })
        values.append(rejects.map(\.message.body))
        values.append(rejects.map { Int64($0.message.bodySize) })
        try await perform(on: work, PostgresStatement(sql, parameters: values))
    }

    /// Rejects, latest first.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - limit: How many at most.
    /// - Returns: The rejects.
    /// - Throws: ``JobStorageError``.
    public func rejects(
        matching filter: RejectFilter,
        limit: Int
    ) async throws(JobStorageError) -> [RejectedSubmission] {
        let sql = try await ready().submission.rejects
        let ids = filter.ids.map { $0.map(\.uuid) }
        let look = PostgresStatement(
            sql,
            ids,
            filter.code,
            filter.producer,
            filter.queue,
            max(limit, 0),
            prepared: false
        )
        let result = try await perform(on: upkeep, look)
        return try reading { () throws(PostgresError) in
            var rejects: [RejectedSubmission] = []
            for row in result { rejects.append(try row.reject()) }
            return rejects
        }
    }

    /// Notes that a reject has become a job after all.
    ///
    /// - Parameters:
    ///   - id: The reject.
    ///   - job: The job.
    /// - Throws: ``JobStorageError``.
    public func noteReplay(of id: JobID, as job: JobID) async throws(JobStorageError) {
        let sql = try await ready().submission.noteReplay
        try await perform(on: upkeep, PostgresStatement(sql, id.uuid, job.uuid, prepared: false))
    }

    /// Removes rejects for good.
    ///
    /// - Parameter ids: The rejects.
    /// - Returns: Those that were there.
    /// - Throws: ``JobStorageError``.
    public func dropRejects(_ ids: [JobID]) async throws(JobStorageError) -> Set<JobID> {
        let sql = try await ready().submission.drop
        let result = try await perform(on: upkeep, PostgresStatement(sql, ids.map(\.uuid), prepared: false))
        return try reading { () throws(PostgresError) in try result.ids() }
    }
}

extension JobStorageError {
    /// Whether a job's id was taken by another job meanwhile.
    fileprivate var isTakenID: Bool { (underlyingError as? PostgresError)?.sqlState == .uniqueViolation }
}

extension PostgresRow {
    fileprivate func reject() throws(PostgresError) -> RejectedSubmission {
        var message = SubmittedMessage(
            queue: try decode(String.self, 4),
            exchange: try decode(String.self, 5),
            routingKey: try decode(String.self, 6),
            body: try decode([UInt8].self, 10),
            bodySize: try decode(Int.self, 11)
        )
        message.type = try decode(String?.self, 7)
        message.messageID = try decode(String?.self, 8)
        message.setProperties(JSONText(try decode(PostgresJSON.self, 9).text))
        return RejectedSubmission(
            id: JobID(try decode(UUID.self, 0)),
            at: try decode(Date.self, 1),
            reject: SubmissionReject(.init(stored: try decode(String.self, 2)), try decode(String.self, 3)),
            message: message,
            jobID: try decode(UUID?.self, 12).map { JobID($0) }
        )
    }
}

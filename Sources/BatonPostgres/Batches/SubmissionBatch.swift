internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Submissions as columns, each source with each message id once, and each id; and what became of them so far.
struct SubmissionBatch {
    /// Those of which it is not known what became of them.
    private var open: [Submission] = []
    /// The first id of each of the submissions; `nil` for one that comes a second time.
    private var ids: [JobID?] = []
    /// What became of the others, by their first ids.
    private var settled: [JobID: SubmissionOutcome] = [:]

    init(_ submissions: [Submission]) {
        var (keys, taken): (Set<Submission.Key>, Set<JobID>) = ([], [])
        for var submission in submissions {
            guard keys.insert(submission.key).inserted else {
                ids.append(nil)
                continue
            }
            if !taken.insert(submission.job.id).inserted {
                submission.job.id = submission.otherID
                if !taken.insert(submission.otherID).inserted { submission.job.id = JobID(UUID()) }
            }
            ids.append(submission.job.id)
            open.append(submission)
        }
    }

    /// Whether it is known what became of all of them.
    var isSettled: Bool { open.isEmpty }

    /// What became of the submissions that the batch was made of, in order; of none, unless it is settled.
    var outcomes: [SubmissionOutcome] {
        isSettled ? ids.map { $0.flatMap { settled[$0] } ?? .duplicate } : []
    }

    // MARK: The short way

    /// Whether all that are open may be claimed, and some of them need not wait.
    ///
    /// - Parameter claim: For whom, and how many.
    /// - Returns: Whether the short way is open to them.
    func mayBeClaimed(by claim: SubmissionClaim) -> Bool {
        open.count <= claim.limit && open.allSatisfy(\.isClaimable) && open.contains { $0.dueAt == nil }
    }

    /// What claims those that are new and due.
    func claim(_ sql: SubmissionStatements, _ window: Duration, _ claim: SubmissionClaim) -> PostgresStatement {
        let isOne = open.count == 1
        var values = PostgresParameters()
        values.append(open, ofOne: isOne, \.job.id.uuid)
        append(to: &values, ofOne: isOne)
        values.append(window.microseconds)
        values.append(claim.owner.uuid)
        values.append(claim.claim)
        return PostgresStatement(isOne ? sql.claimOne : sql.claim, parameters: values)
    }

    /// Notes what was claimed.
    ///
    /// - Parameters:
    ///   - result: What the statement returned.
    ///   - claim: For whom it claimed.
    /// - Throws: `PostgresError` when the result cannot be read.
    mutating func settle(claimed result: PostgresResult, _ claim: SubmissionClaim) throws(PostgresError) {
        var times: [JobID: Date] = [:]
        for row in result { times[JobID(try row.decode(UUID.self, 0))] = try row.decode(Date.self, 1) }
        open.removeAll { submission in
            guard let now = times[submission.job.id] else { return false }
            settled[submission.job.id] = .claimed(submission.claimed(as: submission.job.id, claim, at: now))
            return true
        }
    }

    // MARK: The way of all

    /// What stores those that are open.
    func statement(
        _ sql: String,
        _ marks: PublishMarkRange,
        _ window: Duration,
        _ claim: SubmissionClaim?
    ) -> PostgresStatement {
        var values = PostgresParameters()
        values.append(open.map(\.job.id.uuid))
        values.append(open.map(\.otherID.uuid))
        append(to: &values, ofOne: false)
        values.append(open.map { Int16($0.isClaimable ? 1 : 0) })
        values.append(window.microseconds)
        values.append(claim?.owner.uuid)
        values.append(claim?.claim)
        values.append(Int64(claim.map { $0.limit - settled.count } ?? 0))
        values.append(marks.session?.uuid)
        values.append(marks.firstSequence)
        return PostgresStatement(sql, parameters: values)
    }

    /// Notes what became of those that were open.
    ///
    /// - Parameters:
    ///   - result: What the statement returned.
    ///   - marks: The marks it was given.
    ///   - claim: For whom it claimed.
    /// - Throws: `PostgresError` when the result cannot be read.
    mutating func settle(
        _ result: PostgresResult,
        _ marks: PublishMarkRange,
        _ claim: SubmissionClaim?
    ) throws(PostgresError) {
        guard result.count == open.count else {
            throw PostgresError(.decodingFailed, "\(result.count) rows came back for \(open.count) submissions")
        }
        for (row, submission) in zip(result, open) {
            settled[submission.job.id] = try Self.outcome(of: submission, row, marks, claim)
        }
        open = []
    }

    private static func outcome(
        of submission: Submission,
        _ row: PostgresRow,
        _ marks: PublishMarkRange,
        _ claim: SubmissionClaim?
    ) throws(PostgresError) -> SubmissionOutcome {
        switch try row.decode(Int.self, 0) {
        case 1: return .expired
        case 2: return .tooOld
        case 3: return .ownEpochIsDead
        default: break
        }
        guard let id = try row.decode(UUID?.self, 1).map({ JobID($0) }) else { return .duplicate }
        let (job, now) = (submission.job, try row.decode(Date.self, 5))
        if try row.decode(Bool.self, 2) { return .scheduled(id, at: submission.dueAt ?? now) }
        if try row.decode(Bool.self, 3), let claim { return .claimed(submission.claimed(as: id, claim, at: now)) }
        let message = DispatchMessage(
            id: id,
            generation: 1,
            queue: job.queue,
            name: job.name,
            level: JobPriorityLevel(job.priority)
        )
        let place = try row.decode(Int64.self, 4)
        return .enqueued(MarkedDispatch(message: message, sequence: marks.sequences.lowerBound + place - 1))
    }

    /// Adds the columns that both ways store.
    private func append(to values: inout PostgresParameters, ofOne isOne: Bool) {
        values.append(open, ofOne: isOne, \.source)
        values.append(open, ofOne: isOne, \.messageID)
        values.append(open, ofOne: isOne, \.job.name)
        values.append(open, ofOne: isOne, \.job.queue)
        values.append(open, ofOne: isOne) { PostgresJSON($0.job.arguments.text) }
        values.append(open, ofOne: isOne) { Int32(clamping: $0.job.maximumAttempts) }
        values.append(open, ofOne: isOne) { Int16(clamping: $0.job.priority) }
        values.append(open, ofOne: isOne) { $0.job.timeout.map { $0.microseconds / 1000 } }
        values.append(open, ofOne: isOne) { $0.job.notes.json.map { PostgresJSON($0.text) } }
        values.append(open, ofOne: isOne, \.dueAt)
        values.append(open, ofOne: isOne, \.sentAt)
        values.append(open, ofOne: isOne, \.expiresAt)
        values.append(open, ofOne: isOne) { PostgresJSON($0.origin.text) }
    }
}

extension Submission {
    /// The job that it has become, claimed for its first run.
    fileprivate func claimed(as id: JobID, _ claim: SubmissionClaim, at now: Date) -> ClaimedJob {
        var job = job
        job.id = id
        return ClaimedJob(job, claim: claim.claim, at: now)
    }
}

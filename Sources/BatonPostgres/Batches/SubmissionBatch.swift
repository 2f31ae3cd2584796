internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Submissions as columns: each source with each message id once, and each id.
struct SubmissionBatch {
    private var stored: [Submission] = []
    /// Where each of the submissions is among those stored; `nil` for one that comes a second time.
    private var places: [Int?] = []

    init(_ submissions: [Submission]) {
        var (keys, ids): (Set<Submission.Key>, Set<JobID>) = ([], [])
        for var submission in submissions {
            guard keys.insert(submission.key).inserted else {
                places.append(nil)
                continue
            }
            if !ids.insert(submission.job.id).inserted {
                submission.job.id = submission.otherID
                if !ids.insert(submission.otherID).inserted { submission.job.id = JobID(UUID()) }
            }
            places.append(stored.count)
            stored.append(submission)
        }
    }

    /// What stores them.
    func statement(
        _ sql: String,
        _ marks: PublishMarkRange,
        _ window: Duration,
        _ claim: SubmissionClaim?
    ) -> PostgresStatement {
        var values = PostgresParameters()
        values.append(stored.map(\.job.id.uuid))
        values.append(stored.map(\.otherID.uuid))
        values.append(stored.map(\.source))
        values.append(stored.map(\.messageID))
        values.append(stored.map(\.job.name))
        values.append(stored.map(\.job.queue))
        values.append(stored.map { PostgresJSON($0.job.arguments.text) })
        values.append(stored.map { Int32(clamping: $0.job.maximumAttempts) })
        values.append(stored.map { Int16(clamping: $0.job.priority) })
        values.append(stored.map { $0.job.timeout.map { $0.microseconds / 1000 } })
        values.append(stored.map { $0.job.notes.json.map { PostgresJSON($0.text) } })
        values.append(stored.map(\.dueAt))
        values.append(stored.map(\.sentAt))
        values.append(stored.map(\.expiresAt))
        values.append(stored.map { PostgresJSON($0.origin.text) })
        values.append(stored.map { Int16($0.isClaimable ? 1 : 0) })
        values.append(window.microseconds)
        values.append(claim?.owner.uuid)
        values.append(claim?.claim)
        values.append(Int64(claim?.limit ?? 0))
        values.append(marks.session?.uuid)
        values.append(marks.firstSequence)
        return PostgresStatement(sql, parameters: values)
    }

    /// What became of the submissions that the batch was made of.
    ///
    /// - Parameters:
    ///   - result: What the statement returned.
    ///   - marks: The marks it was given.
    ///   - claim: For whom it claimed.
    /// - Returns: The outcomes, in order.
    /// - Throws: `PostgresError` when the result cannot be read.
    func outcomes(
        _ result: PostgresResult,
        _ marks: PublishMarkRange,
        _ claim: SubmissionClaim?
    ) throws(PostgresError) -> [SubmissionOutcome] {
        var outcomes: [SubmissionOutcome] = []
        for (row, submission) in zip(result, stored) {
            outcomes.append(try Self.outcome(of: submission, row, marks, claim))
        }
        guard outcomes.count == stored.count else {
            throw PostgresError(.decodingFailed, "\(outcomes.count) rows came back for \(stored.count) submissions")
        }
        return places.map { $0.map { outcomes[$0] } ?? .duplicate }
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
        guard try row.decode(Bool.self, 3), let claim else {
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
        return .claimed(
            ClaimedJob(
                id: id,
                name: job.name,
                queue: job.queue,
                arguments: job.arguments,
                generation: 1,
                run: 1,
                attempt: 1,
                maximumAttempts: job.maximumAttempts,
                timeout: job.timeout.map { .milliseconds($0.microseconds / 1000) },
                retry: job.retry,
                trace: job.trace,
                createdAt: now,
                enqueuedAt: now,
                claim: claim.claim
            )
        )
    }
}

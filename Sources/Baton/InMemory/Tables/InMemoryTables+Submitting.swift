#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// What is kept of submissions besides their jobs.
    package struct Submissions: Sendable {
        /// Until when each is remembered.
        package var known: [Submission.Key: Date] = [:]
        /// What is no job, in the order in which it was kept.
        package var rejects: [RejectedSubmission] = []
    }

    /// Stores one submission, unless it was there before.
    mutating func submit(
        _ submission: Submission,
        window: Duration,
        claim: SubmissionClaim?,
        mark: (sequence: Int64, mark: PublishMark?),
        at now: Date
    ) -> SubmissionOutcome {
        // A repeat stays one when its time is over meanwhile.
        guard submissions.known[submission.key] == nil else { return .duplicate }
        if let expiresAt = submission.expiresAt, expiresAt <= now { return .expired }
        if let sentAt = submission.sentAt, sentAt < now.adding(.zero - window) { return .tooOld }
        if let claim, !isAlive(claim.owner) { return .ownEpochIsDead }
        let since = max(now, min(submission.sentAt ?? now, now.adding(.seconds(86_400))))
        submissions.known[submission.key] = since.adding(window)

        var job = submission.job
        if rows[job.id] != nil { job.id = submission.otherID }
        while rows[job.id] != nil { job.id = JobID(uuidv5: .submissions, name: job.id.description) }
        let waits = submission.dueAt.map { $0 > now } ?? false
        if !waits { job.start = .enqueued(claim == nil ? mark.mark : nil) }
        var row = Row(job, at: now)
        var data = HistoryData(dueAt: row.dueAt, job.notes) ?? HistoryData()
        data.add("submission", json: submission.origin)
        row.history[0].data = data.text
        add(row)
        if waits { return .scheduled(job.id, at: row.dueAt ?? now) }
        guard let claim else {
            return .enqueued(MarkedDispatch(message: row.message(generation: 1), sequence: mark.sequence))
        }
        take(job.id, for: claim.owner, claim: claim.claim, at: now)
        return rows[job.id].map { .claimed($0.claimed) } ?? .duplicate
    }

    /// Forgets submissions whose time is over, and rejects that are old.
    mutating func trimSubmissions(rejectsBefore date: Date, limit: Int, at now: Date) -> Int {
        let over = submissions.known.filter { $1 < now }.keys.prefix(max(limit, 0))
        for key in over { submissions.known[key] = nil }
        let old = submissions.rejects.prefix { $0.at < date }.prefix(max(limit, 0)).count
        submissions.rejects.removeFirst(old)
        return max(over.count, old)
    }

    /// Rejects, latest first.
    func rejects(matching filter: RejectFilter, limit: Int) -> [RejectedSubmission] {
        let wanted = submissions.rejects.lazy.reversed().filter { reject in
            filter.ids.map { $0.contains(reject.id) } ?? true
                && filter.code.map { $0 == reject.reject.code.description } ?? true
                && filter.producer.map { $0 == reject.message.producer } ?? true
                && filter.queue.map { $0 == reject.message.queue } ?? true
        }
        return Array(wanted.prefix(max(limit, 0)))
    }
}

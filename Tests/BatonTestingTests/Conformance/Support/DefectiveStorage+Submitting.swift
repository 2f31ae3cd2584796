import Baton

extension DefectiveStorage: SubmissionForwarding {
    func forward<Answer: Sendable>(
        _ call: SubmissionCall,
        _ body: @escaping @Sendable (any SubmissionStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        try await body(inner)
    }

    func submit(
        _ submissions: [Submission],
        marks: PublishMarkRange,
        window: Duration,
        claim: SubmissionClaim?
    ) async throws(JobStorageError) -> [SubmissionOutcome] {
        var (submissions, claim) = (submissions, claim)
        for index in submissions.indices {
            switch defect {
            case .submitsAgain where claim?.claim != 1: submissions[index].messageID += "\(claim?.claim ?? 0)"
            case .submitsSideBySide: submissions[index].messageID += "\(claim?.claim ?? 0)"
            case .takesSourcesForOne: submissions[index].source = ""
            case .takesWhatIsOver:
                submissions[index].sentAt = nil
                submissions[index].expiresAt = nil
            case .waitsForNoDate: submissions[index].job.start = .enqueued(nil)
            default: break
            }
        }
        switch defect {
        case .leavesSubmissionsEnqueued: claim = nil
        case .claimsEverySubmission: claim?.limit = .max
        case .submitsForTheDead:
            let outcomes = try await inner.submit(submissions, marks: marks, window: window, claim: claim)
            guard outcomes.contains(.ownEpochIsDead) else { return outcomes }
            claim = nil
        case .storesNoTimeouts:
            let timeouts = submissions.map(\.job.timeout)
            for index in submissions.indices { submissions[index].job.timeout = nil }
            let outcomes = try await inner.submit(submissions, marks: marks, window: window, claim: claim)
            return zip(outcomes, timeouts).map { outcome, timeout in
                guard case .claimed(var job) = outcome else { return outcome }
                job.timeout = timeout
                return .claimed(job)
            }
        default: break
        }
        return try await inner.submit(submissions, marks: marks, window: window, claim: claim)
    }

    func servedNames(of names: [String]) async throws(JobStorageError) -> Set<String> {
        if defect == .servesEverything { return Set(names) }
        return try await inner.servedNames(of: names)
    }

    func backlog(of queues: [String], upTo limit: Int) async throws(JobStorageError) -> [String: Int] {
        if defect == .seesNoBacklog { return [:] }
        return try await inner.backlog(of: queues, upTo: limit)
    }

    func trimSubmissions(rejectsOlderThan age: Duration, limit: Int) async throws(JobStorageError) -> Int {
        if defect == .remembersForEver { return 0 }
        return try await inner.trimSubmissions(rejectsOlderThan: age, limit: limit)
    }

    func keepRejects(_ rejects: [RejectedSubmission]) async throws(JobStorageError) {
        if defect != .keepsNoRejects { try await inner.keepRejects(rejects) }
    }
}

/// The calls of ``SubmissionStorage``, by name.
package enum SubmissionCall: String, Sendable, Hashable {
    case submit, names, backlog, trim, keepRejects, rejects, replay, dropRejects
}

/// A storage that hands calls about submissions on to another, all in the same way.
package protocol SubmissionForwarding: SubmissionStorage {
    /// Makes a call of the other storage.
    ///
    /// - Parameters:
    ///   - call: Which.
    ///   - body: The call, given the storage that is to answer it.
    /// - Returns: The answer.
    /// - Throws: ``JobStorageError``.
    func forward<Answer: Sendable>(
        _ call: SubmissionCall,
        _ body: @escaping @Sendable (any SubmissionStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer
}

extension SubmissionForwarding {
    package func submit(
        _ submissions: [Submission],
        marks: PublishMarkRange,
        window: Duration,
        claim: SubmissionClaim?
    ) async throws(JobStorageError) -> [SubmissionOutcome] {
        try await forward(.submit) { (storage) async throws(JobStorageError) in
            try await storage.submit(submissions, marks: marks, window: window, claim: claim)
        }
    }

    package func servedNames(of names: [String]) async throws(JobStorageError) -> Set<String> {
        try await forward(.names) { (storage) async throws(JobStorageError) in
            try await storage.servedNames(of: names)
        }
    }

    package func backlog(of queues: [String], upTo limit: Int) async throws(JobStorageError) -> [String: Int] {
        try await forward(.backlog) { (storage) async throws(JobStorageError) in
            try await storage.backlog(of: queues, upTo: limit)
        }
    }

    package func trimSubmissions(rejectsOlderThan age: Duration, limit: Int) async throws(JobStorageError) -> Int {
        try await forward(.trim) { (storage) async throws(JobStorageError) in
            try await storage.trimSubmissions(rejectsOlderThan: age, limit: limit)
        }
    }

    package func keepRejects(_ rejects: [RejectedSubmission]) async throws(JobStorageError) {
        try await forward(.keepRejects) { (storage) async throws(JobStorageError) in
            try await storage.keepRejects(rejects)
        }
    }

    package func rejects(
        matching filter: RejectFilter,
        limit: Int
    ) async throws(JobStorageError) -> [RejectedSubmission] {
        try await forward(.rejects) { (storage) async throws(JobStorageError) in
            try await storage.rejects(matching: filter, limit: limit)
        }
    }

    package func noteReplay(of id: JobID, as job: JobID) async throws(JobStorageError) {
        try await forward(.replay) { (storage) async throws(JobStorageError) in
            try await storage.noteReplay(of: id, as: job)
        }
    }

    package func dropRejects(_ ids: [JobID]) async throws(JobStorageError) -> Set<JobID> {
        try await forward(.dropRejects) { (storage) async throws(JobStorageError) in
            try await storage.dropRejects(ids)
        }
    }
}

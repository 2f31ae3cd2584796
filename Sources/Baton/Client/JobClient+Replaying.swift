#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobClient {
    /// Makes a job of a submission that was rejected, if it is one now: a server knows its type by now, or it is allowed for.
    ///
    /// How old it is does not count any more.
    ///
    /// - Parameter reject: The reject.
    /// - Returns: What came of it.
    /// - Throws: ``JobStorageError``.
    public func replay(_ reject: RejectedSubmission) async throws(JobStorageError) -> ReplayOutcome {
        var submission: Submission
        do throws(SubmissionReject) {
            let parser = SubmissionParser(maximumAttempts: configuration.defaultMaximumAttempts)
            submission = try parser.parse(reject.message, at: environment.clock.date)
        } catch {
            return .rejected(error)
        }
        submission.sentAt = nil
        let name = submission.job.name
        guard try await storage.servedNames(of: [name]).contains(name) else {
            return .rejected(SubmissionReject(.unknownType, "No live server knows the job “\(name.prefix(100))”."))
        }
        let outcome = try await move(atMost: 1, patience: configuration.enqueueTimeout) {
            [submission] marks throws(JobStorageError) in
            let outcome = try await storage.submit(
                [submission],
                marks: marks,
                window: SubmissionOptions().window,
                claim: nil
            )
            .first
            if case .enqueued(let dispatch)? = outcome { return ([dispatch], outcome) }
            return ([], outcome)
        }
        guard let id = outcome?.jobID else {
            return outcome == .expired ? .rejected(SubmissionReject(.expired, "Its time is over.")) : .duplicate
        }
        try await storage.noteReplay(of: reject.id, as: id)
        if case .scheduled(_, let date)? = outcome {
            await announce(dueIn: max(.seconds(date.timeIntervalSince(environment.clock.date)), .zero))
        }
        return .stored(id)
    }
}

/// A call that was checked and encoded, before it has an id.
struct JobDraft: Sendable {
    private let terms: JobTerms
    private let arguments: JSONText

    /// Checks and encodes a call.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - terms: On what terms it is stored.
    /// - Throws: ``JobError`` when it cannot be stored.
    init(_ call: some JobCall, _ terms: JobTerms) throws(JobError) {
        self.terms = terms
        arguments = try JobArgumentsCoder.encode(call)
    }

    /// Who is asked before the job is created.
    var filters: [any JobCreationFilter] { terms.filters }

    /// The job to be stored.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - start: When it becomes ready.
    /// - Returns: The job.
    func job(_ id: JobID, start: NewJob.Start) -> NewJob {
        NewJob(
            id: id,
            name: terms.name,
            queue: terms.queue,
            arguments: arguments,
            priority: terms.priority,
            maximumAttempts: terms.maximumAttempts,
            timeout: terms.timeout,
            retry: terms.retry,
            start: start
        )
    }
}

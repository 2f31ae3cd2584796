extension JobClient {
    /// The job that an enqueue of a call would store, at once ready.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The job, under a new id; it is not stored.
    /// - Throws: ``JobError`` for a call that cannot be stored.
    package func newJob(for call: some JobCall, options: JobOptions) throws(JobError) -> NewJob {
        try draft(call, options).job(environment.makeJobID(), start: .after(.zero))
    }
}

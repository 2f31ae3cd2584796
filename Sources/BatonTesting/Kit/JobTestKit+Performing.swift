public import Baton

extension JobTestKit {
    /// Runs a call by itself, on the caller's task, and says what came of it.
    ///
    /// The arguments are written down as JSON and read back, and so is the result. The call is not stored: what the job
    /// would be next is told, not done.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - attempt: Which attempt it is to be, from 1.
    ///   - options: What differs from the job's declaration.
    /// - Returns: What came of it; also when the job threw.
    /// - Throws: `JobError` for a call that cannot be stored, ``JobTestKitError`` for one that the kit does not know or that
    ///   has fewer attempts; `CancellationError` when the task is cancelled.
    public func perform<Call: JobCall>(
        _ call: Call,
        attempt: Int = 1,
        options: JobOptions = JobOptions()
    ) async throws -> PerformedJob<Call.Output> {
        let job = try jobs.newJob(for: call, options: options)
        guard registry[job.name] != nil else {
            throw JobTestKitError(
                .unknownJob,
                "“\(job.name)” is not registered in this kit: hand its receiver or its type to JobTestKit.",
                of: self
            )
        }
        guard (1...job.maximumAttempts).contains(attempt) else {
            throw JobTestKitError(
                .attemptOutOfRange,
                "“\(job.name)” has \(job.maximumAttempts) attempts; there is no attempt \(attempt).",
                of: self
            )
        }
        let claimed = ClaimedJob(
            id: job.id,
            name: job.name,
            queue: job.queue,
            arguments: job.arguments,
            generation: attempt,
            run: attempt,
            attempt: attempt,
            maximumAttempts: job.maximumAttempts,
            timeout: job.timeout,
            retry: job.retry,
            createdAt: clock.date,
            enqueuedAt: clock.date,
            claim: 1
        )
        let (end, said) = await runner.run(claimed)
        guard let end, !end.isPutBack else { throw CancellationError() }
        return PerformedJob(run: JobRun(of: claimed, end, said))
    }
}

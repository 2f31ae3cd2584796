extension JobClient {
    /// Puts a job back into its queue that succeeded, failed, was deleted, or waits for its time: it runs as soon as a server
    /// is free, and has all its attempts again.
    ///
    /// As Hangfire's requeue it takes a job from whatever end; that one leaves the count of attempts as it is, so that the
    /// first error fails the job again, and Oban and River grant one attempt more. The result of an earlier end goes; errors
    /// stay until it succeeds; the history keeps all. A run of a job that was deleted while it ran may not have ended yet.
    ///
    /// Where an answer is lost it is tried again, from the generation at which the job was first: a job that has run, and
    /// ended, in between does not run another time.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - reason: Why, for its history.
    ///   - state: The state in which it must be still, as whoever decides this has seen it; `nil` for any.
    /// - Returns: Whether it was, or why not.
    /// - Throws: ``JobStorageError``; the outcome is unknown when no answer has come in all that time.
    @discardableResult
    public func requeue(
        _ id: JobID,
        reason: String? = nil,
        expecting state: JobState? = nil
    ) async throws(JobStorageError) -> RequeueOutcome {
        var target = JobTarget(id: id, state: state)
        var isInDoubt = false
        return try await persistently { () throws(JobStorageError) in
            guard let job = try await storage.job(id) else { return .missing }
            let generation = target.generation ?? job.generation
            target.generation = generation
            // One of the tries before has moved it, or somebody else: it was requeued from where it was.
            if isInDoubt, job.generation > generation { return .requeued }
            guard target.matches(job.state, generation: job.generation) else { return .refused(job.state) }
            do throws(JobStorageError) {
                let outcome = try await requeue(target, reason: reason)
                guard isInDoubt, case .refused = outcome, let job = try await storage.job(id) else { return outcome }
                return job.generation > generation ? .requeued : outcome
            } catch {
                isInDoubt = isInDoubt || error.code == .outcomeUnknown
                throw error
            }
        }
    }

    private func requeue(_ target: JobTarget, reason: String?) async throws(JobStorageError) -> RequeueOutcome {
        let patience = configuration.enqueueTimeout
        return try await move(atMost: 1, patience: patience) { marks throws(JobStorageError) in
            let requeue = try await storage.requeue([target], marks: marks, reason: reason)
            return (requeue.dispatches, requeue.outcomes.first ?? .missing)
        }
    }

    /// Tries something again that may be repeated, until its answer is certain, or patience has run out.
    ///
    /// - Parameter body: What to try.
    /// - Returns: Its answer.
    /// - Throws: ``JobStorageError``; of several, one that leaves the outcome unknown.
    func persistently<Answer>(
        _ body: () async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        let deadline = environment.clock.now.advanced(by: configuration.enqueueTimeout)
        var backoff = Backoff()
        var unknown: JobStorageError?
        while true {
            do throws(JobStorageError) {
                return try await body()
            } catch {
                if error.code == .outcomeUnknown { unknown = error }
                let delay = backoff.next(environment.random)
                guard error.isTransient, environment.clock.now.advanced(by: delay) < deadline,
                    (try? await environment.clock.sleep(for: delay)) != nil
                else { throw unknown ?? error }
            }
        }
    }
}

/// What became of a job that was to be put back into its queue by hand.
public enum RequeueOutcome: Sendable, Hashable {
    /// It is in its queue, with the next generation.
    case requeued
    /// It stays as it was: it is in its queue already, runs, waits for another job, or is not as it was expected to be.
    ///
    /// Of a state from which a job is requeued, it moved at that very moment, and the next try finds it; unless another state
    /// or generation was expected.
    case refused(JobState)
    /// There is no such job.
    case missing
}

/// What came of a reject that was replayed.
public enum ReplayOutcome: Sendable, Hashable {
    /// It is a job.
    case stored(JobID)
    /// The same message has made a job before.
    case duplicate
    /// It is no job now, either.
    case rejected(SubmissionReject)
}

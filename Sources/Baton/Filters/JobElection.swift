/// A run that has ended, and what it is to come to.
public struct JobElection: Sendable {
    /// The job.
    public let job: ClaimedJob
    /// What was thrown, as it was; `nil` for a success.
    public let error: (any Error)?
    /// What the run comes to, to be changed at will.
    ///
    /// But a retry where no attempt is left, and a run put back, count as errors of the filter; delays are bounded as those of
    /// ``JobSnooze`` and ``RetryDelays`` are.
    public var outcome: Completion.Outcome
}

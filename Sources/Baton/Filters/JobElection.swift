/// A run that has ended, and what it is to come to.
public struct JobElection: Sendable {
    /// The job.
    public let job: ClaimedJob
    /// What was thrown, as it was; `nil` for a success.
    public let error: (any Error)?
    /// What the run comes to, to be changed at will; but for a retry where no attempt is left, which counts as an error of
    /// the filter.
    public var outcome: Completion.Outcome
}

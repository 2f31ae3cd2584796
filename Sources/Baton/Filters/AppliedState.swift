/// A state that a run's end has put its job in.
public struct AppliedState: Sendable {
    /// The job.
    public let job: ClaimedJob
    /// The name of the server that ran it.
    public let server: String
    /// What the run came to.
    public let outcome: Completion.Outcome
    /// How long the function ran.
    public let duration: Duration
    /// How long the job had waited in its queue.
    public let latency: Duration

    /// The state.
    public var state: JobState {
        switch outcome {
        case .succeeded: .succeeded
        case .failed: .failed
        case .deleted: .deleted
        case .retry, .snoozed, .putBack: .scheduled
        }
    }

    /// Describes a state.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - server: The name of the server that ran it.
    ///   - completion: The end that is stored.
    package init(of job: ClaimedJob, server: String, _ completion: Completion) {
        self.job = job
        self.server = server
        outcome = completion.outcome
        duration = completion.duration
        latency = completion.latency
    }
}

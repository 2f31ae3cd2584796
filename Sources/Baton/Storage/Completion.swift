/// The end of one run, to be stored where the fence still matches.
public struct Completion: Sendable, Hashable {
    /// What the run comes to.
    public enum Outcome: Sendable, Hashable {
        /// Processing → succeeded.
        case succeeded(result: JSONText?)
        /// Processing → failed: attempts used up, or not worth another.
        case failed(JobFailure)
        /// Processing → scheduled, for another attempt after a while.
        case retry(after: Duration, JobFailure, reason: String)
        /// Processing → scheduled with the attempt given back, as the job wants: ``JobSnooze``.
        case snoozed(after: Duration, reason: String)
        /// Processing → deleted: not wanted any more, or attempts used up where that is the end; the last of the errors, if
        /// this run failed.
        case deleted(JobFailure?, reason: String)
        /// Processing → scheduled with the attempt given back: put back at shutdown, or of a name this server does not
        /// know.
        case putBack(after: Duration, reason: String)
    }

    /// The job.
    public var id: JobID
    /// The claim number of the run.
    public var claim: Int64
    /// The generation it was claimed at, to classify a refusal by.
    public var generation: Int
    /// How long the function ran.
    public var duration: Duration
    /// How long the job waited from its last return to the queue until the run began.
    public var latency: Duration
    /// What the run comes to.
    public var outcome: Outcome

    /// Creates a completion.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - claim: The claim number of the run.
    ///   - generation: The generation it was claimed at.
    ///   - duration: How long the function ran.
    ///   - latency: How long the job waited in its queue.
    ///   - outcome: What the run comes to.
    public init(
        id: JobID,
        claim: Int64,
        generation: Int,
        duration: Duration,
        latency: Duration,
        outcome: Outcome
    ) {
        self.id = id
        self.claim = claim
        self.generation = generation
        self.duration = duration
        self.latency = latency
        self.outcome = outcome
    }
}

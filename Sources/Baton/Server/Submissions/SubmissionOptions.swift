/// How a ``JobServer`` takes submissions: jobs that programs in any language publish to the broker.
public struct SubmissionOptions: Sendable {
    /// How many jobs may be enqueued in a queue before the server takes no more submissions from it: then they wait with the
    /// broker, whose limits push back on producers.
    ///
    /// Looked at once a second at most, so that it may be exceeded by what comes meanwhile.
    public var maximumBacklog = 10_000
    /// How long a submission is remembered, so that the same one makes no second job; an older one is rejected, by what it
    /// says of when it was sent.
    public var window = Duration.seconds(7 * 86_400)
    /// How long rejects are kept.
    public var rejectRetention = Duration.seconds(30 * 86_400)
    /// Whether messages without a `user_id` are rejected; the broker checks it where it is set.
    public var requiresUser = false

    /// Creates the defaults.
    public init() {}
}

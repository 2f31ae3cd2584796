/// How a ``JobClient`` behaves.
public struct JobClientConfiguration: Sendable {
    /// The queue of jobs that name none.
    public var defaultQueue = "default"
    /// How many attempts a job has that says nothing else, the first included.
    public var defaultMaximumAttempts = 10
    /// How long an enqueue goes on trying while storage cannot be reached, before it throws.
    public var enqueueTimeout = Duration.seconds(30)
    /// How long a dispatch message is tried before it is left to the reconciler (T of PROTOCOL move 1).
    public var publishTimeout = Duration.seconds(10)
    /// How long the first connection to the broker may take, before jobs are stored and claimed as if there were none.
    public var brokerStartTimeout = Duration.seconds(5)
    /// How long a connected broker may answer nothing that is published, before jobs are stored and claimed as if there were
    /// none; the first answer, a confirm or a refusal, brings it back.
    public var brokerSilence = Duration.seconds(2)
    /// How long the end of the client waits for unpublished messages.
    public var flushTimeout = Duration.seconds(10)
    /// Filters of all jobs: of those that the client creates, and of those that servers run which work through it.
    public var filters: JobFilters = []

    /// Creates the defaults.
    public init() {}
}

/// A job that is about to be stored, or just was.
public struct JobCreation: Sendable {
    private(set) var job: NewJob

    init(_ job: NewJob) {
        self.job = job
    }

    /// The job's id.
    public var id: JobID { job.id }
    /// The name the job is stored under.
    public var name: String { job.name }
    /// The arguments: a JSON object keyed by parameter name.
    public var arguments: JSONText { job.arguments }

    /// Whether it waits for its time first.
    public var isScheduled: Bool {
        if case .enqueued = job.start { false } else { true }
    }

    /// The queue the job waits in.
    public var queue: String {
        get { job.queue }
        set { job.queue = newValue }
    }

    /// Order within the queue, the larger number first; it is stored, and servers do not heed it yet.
    public var priority: Int {
        get { job.priority }
        set { job.priority = newValue }
    }

    /// How many attempts the job has, the first included.
    public var maximumAttempts: Int {
        get { job.maximumAttempts }
        set { job.maximumAttempts = newValue }
    }

    /// How long one attempt may take; `nil` for no limit.
    public var timeout: Duration? {
        get { job.timeout }
        set { job.timeout = newValue }
    }

    /// What is said of retries, in place of the job's policy; `nil` for nothing.
    public var retry: RetryOptions? {
        get { job.retry }
        set { job.retry = newValue.flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// Where the job is enqueued, for tracing; stored with it, and found in ``ClaimedJob/trace``.
    public var trace: TraceContext? {
        get { job.trace }
        set { job.trace = newValue }
    }

    /// Checks what filters have said.
    ///
    /// - Throws: ``JobError`` when it cannot be stored.
    func validate() throws(JobError) {
        let options = JobOptions(
            queue: queue,
            priority: priority,
            maximumAttempts: maximumAttempts,
            timeout: timeout,
            retry: retry
        )
        try options.validate()
    }
}

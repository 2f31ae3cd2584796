/// How a job is queued and retried: declared on the job, and overridden for a single enqueue.
///
/// What is `nil` is not said here; it comes from the job's declaration, and then from Baton's defaults.
public struct JobOptions: Sendable, Hashable {
    /// The queue the job waits in: 1 to 50 of `a`–`z`, `0`–`9`, `_`, `-` and `.`.
    public var queue: String?

    /// Order within a queue: 10 and more is urgent, 1 to 9 high, 0 normal, less is low (``JobPriorityLevel``).
    ///
    /// A level goes before those below it without starving them; within a level jobs start as they came.
    public var priority: Int?

    /// How many attempts the job has, the first included, before it is failed; at least 1.
    public var maximumAttempts: Int?

    /// How long one attempt may take before it is cancelled and counts as failed.
    public var timeout: Duration?

    /// What differs from the job's ``JobCall/retry``.
    public var retry: RetryOptions?

    /// Creates options; what is left out is not said.
    ///
    /// - Parameters:
    ///   - queue: The queue the job waits in.
    ///   - priority: Order within a queue: urgent from 10 on, high from 1 on, normal at 0, low below.
    ///   - maximumAttempts: How many attempts the job has, the first included.
    ///   - timeout: How long one attempt may take.
    ///   - retry: What differs from the job's retry policy.
    public init(
        queue: String? = nil,
        priority: Int? = nil,
        maximumAttempts: Int? = nil,
        timeout: Duration? = nil,
        retry: RetryOptions? = nil
    ) {
        self.queue = queue
        self.priority = priority
        self.maximumAttempts = maximumAttempts
        self.timeout = timeout
        self.retry = retry
    }

    /// These options, filled up from others where they say nothing.
    ///
    /// - Parameter base: What holds where these options say nothing.
    /// - Returns: The merged options.
    public func merging(over base: JobOptions) -> JobOptions {
        JobOptions(
            queue: queue ?? base.queue,
            priority: priority ?? base.priority,
            maximumAttempts: maximumAttempts ?? base.maximumAttempts,
            timeout: timeout ?? base.timeout,
            retry: retry?.merging(over: base.retry ?? RetryOptions()) ?? base.retry
        )
    }

    /// Checks every option that is said.
    ///
    /// - Throws: ``JobError`` with the code ``JobError/Code/invalidQueue`` or ``JobError/Code/invalidOptions``.
    public func validate() throws(JobError) {
        if let queue {
            try QueueName.validate(queue)
        }
        if let priority, Int16(exactly: priority) == nil {
            throw JobError(.invalidOptions, "The priority \(priority) does not fit in 16 bits.")
        }
        if let maximumAttempts, !(1...Int(Int32.max)).contains(maximumAttempts) {
            throw JobError(.invalidOptions, "A job needs at least 1 attempt, not \(maximumAttempts).")
        }
        if let timeout, timeout <= .zero {
            throw JobError(.invalidOptions, "A timeout must be longer than zero, not \(timeout).")
        }
        try retry?.delays?.validate()
    }
}

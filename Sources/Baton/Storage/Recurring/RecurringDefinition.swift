/// What an entry is set to, as it is stored.
///
/// Schedule and policies are text here: an entry that was written by hand, or by a later version, can be shown and moved
/// although it cannot be read.
public struct RecurringDefinition: Sendable, Hashable {
    /// The entry's id.
    public var id: String
    /// The stored name of the function.
    public var name: String
    /// The queue of its jobs.
    public var queue: String
    /// The arguments of its jobs.
    public var arguments: JSONText
    /// The priority of its jobs, by which they have a level (``JobPriorityLevel``).
    public var priority: Int
    /// How many attempts its jobs have.
    public var maximumAttempts: Int
    /// How long one attempt may take; `nil` for no limit.
    public var timeout: Duration?
    /// What is said of its jobs' retries, in place of the job's policy; `nil` for nothing.
    public var retry: RetryOptions?
    /// When it is due.
    public var schedule: RecurringSchedule
    /// What becomes of missed occurrences: `fire_once`, `fire_each 100` (a number from 1 to 1,000), or `skip`.
    public var misfire: String
    /// What becomes of occurrences while a job has not ended: `allow`, `skip` or `queue_one`.
    public var overlap: String
    /// By how much its jobs may be put off.
    public var jitter: Duration

    /// Creates a definition.
    ///
    /// - Parameters:
    ///   - id: The entry's id.
    ///   - name: The stored name of the function.
    ///   - queue: The queue of its jobs.
    ///   - arguments: The arguments of its jobs.
    ///   - priority: By which its jobs have a level (``JobPriorityLevel``).
    ///   - maximumAttempts: How many attempts its jobs have.
    ///   - timeout: How long one attempt may take, or `nil`.
    ///   - retry: What is said of its jobs' retries, or `nil`.
    ///   - schedule: When it is due.
    ///   - misfire: What becomes of missed occurrences: `fire_once`, `fire_each 100` (a number from 1 to 1,000), or `skip`.
    ///   - overlap: What becomes of occurrences while a job has not ended: `allow`, `skip` or `queue_one`.
    ///   - jitter: By how much its jobs may be put off.
    public init(
        id: String,
        name: String,
        queue: String,
        arguments: JSONText,
        priority: Int = 0,
        maximumAttempts: Int,
        timeout: Duration? = nil,
        retry: RetryOptions? = nil,
        schedule: RecurringSchedule,
        misfire: String,
        overlap: String,
        jitter: Duration = .zero
    ) {
        self.id = id
        self.name = name
        self.queue = queue
        self.arguments = arguments
        self.priority = priority
        self.maximumAttempts = maximumAttempts
        // As storage keeps it, so that the same compares as the same.
        self.timeout = timeout.map { .milliseconds($0.microseconds / 1000) }
        self.retry = retry.map { RetryOptions(json: $0.json) }.flatMap { $0.isEmpty ? nil : $0 }
        self.schedule = schedule
        self.misfire = misfire
        self.overlap = overlap
        self.jitter = .milliseconds(jitter.microseconds / 1000)
    }
}

extension RecurringDefinition {
    /// Creates a definition with a policy of this version.
    ///
    /// - Parameters:
    ///   - id: The entry's id.
    ///   - name: The stored name of the function.
    ///   - queue: The queue of its jobs.
    ///   - arguments: The arguments of its jobs.
    ///   - priority: By which its jobs have a level (``JobPriorityLevel``).
    ///   - maximumAttempts: How many attempts its jobs have.
    ///   - timeout: How long one attempt may take, or `nil`.
    ///   - retry: What is said of its jobs' retries, or `nil`.
    ///   - schedule: When it is due.
    ///   - policy: How its occurrences become jobs.
    package init(
        id: String,
        name: String,
        queue: String,
        arguments: JSONText,
        priority: Int = 0,
        maximumAttempts: Int,
        timeout: Duration? = nil,
        retry: RetryOptions? = nil,
        schedule: RecurringSchedule,
        policy: RecurringPolicy
    ) {
        self.init(
            id: id,
            name: name,
            queue: queue,
            arguments: arguments,
            priority: priority,
            maximumAttempts: maximumAttempts,
            timeout: timeout,
            retry: retry,
            schedule: schedule,
            misfire: policy.misfire.text,
            overlap: policy.overlap.rawValue,
            jitter: policy.jitter
        )
    }

    /// The policy, read from what is stored.
    ///
    /// - Throws: ``RecurringError`` for one that this version does not know.
    var policy: RecurringPolicy {
        get throws(RecurringError) {
            guard let misfire = MisfirePolicy(text: misfire) else {
                throw RecurringError(.invalidPolicy, "This version knows no misfire policy “\(misfire)”.")
            }
            guard let overlap = OverlapPolicy(rawValue: overlap) else {
                throw RecurringError(.invalidPolicy, "This version knows no overlap policy “\(overlap)”.")
            }
            let policy = RecurringPolicy(misfire: misfire, overlap: overlap, jitter: jitter)
            try policy.validate()
            return policy
        }
    }

    /// A job of an occurrence.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - start: When it becomes ready.
    /// - Returns: The job.
    package func job(_ id: JobID, start: NewJob.Start) -> NewJob {
        NewJob(
            id: id,
            name: name,
            queue: queue,
            arguments: arguments,
            priority: priority,
            maximumAttempts: maximumAttempts,
            timeout: timeout,
            retry: retry,
            start: start
        )
    }
}

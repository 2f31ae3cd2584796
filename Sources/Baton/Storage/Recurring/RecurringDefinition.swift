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
    /// Higher runs earlier.
    public var priority: Int
    /// How many attempts its jobs have.
    public var maximumAttempts: Int
    /// How long one attempt may take; `nil` for no limit.
    public var timeout: Duration?
    /// When it is due.
    public var schedule: RecurringSchedule
    /// What becomes of missed occurrences.
    public var misfire: String
    /// What becomes of occurrences while a job has not ended.
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
    ///   - priority: Higher runs earlier.
    ///   - maximumAttempts: How many attempts its jobs have.
    ///   - timeout: How long one attempt may take, or `nil`.
    ///   - schedule: When it is due.
    ///   - misfire: What becomes of missed occurrences.
    ///   - overlap: What becomes of occurrences while a job has not ended.
    ///   - jitter: By how much its jobs may be put off.
    public init(
        id: String,
        name: String,
        queue: String,
        arguments: JSONText,
        priority: Int = 0,
        maximumAttempts: Int,
        timeout: Duration? = nil,
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
    ///   - priority: Higher runs earlier.
    ///   - maximumAttempts: How many attempts its jobs have.
    ///   - timeout: How long one attempt may take, or `nil`.
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
            start: start
        )
    }
}

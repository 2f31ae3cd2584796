/// A call that was checked and encoded, before it has an id.
struct JobDraft: Sendable {
    private let name: String
    private let queue: String
    private let arguments: JSONText
    private let priority: Int
    private let maximumAttempts: Int
    private let timeout: Duration?

    /// Checks and encodes a call.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - options: What differs from the job's declaration.
    ///   - configuration: What holds where neither says anything.
    /// - Throws: ``JobError`` when it cannot be stored.
    init<Call: JobCall>(
        _ call: Call,
        options: JobOptions,
        configuration: JobClientConfiguration
    ) throws(JobError) {
        let options = options.merging(over: Call.options)
        try options.validate()
        try JobName.validate(Call.name)
        name = Call.name
        queue = options.queue ?? configuration.defaultQueue
        try QueueName.validate(queue)
        arguments = try JobArgumentsCoder.encode(call)
        priority = options.priority ?? 0
        maximumAttempts = options.maximumAttempts ?? configuration.defaultMaximumAttempts
        timeout = options.timeout
    }

    /// The job to be stored.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - start: When it becomes ready.
    /// - Returns: The job.
    func job(_ id: JobID, start: NewJob.Start) -> NewJob {
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

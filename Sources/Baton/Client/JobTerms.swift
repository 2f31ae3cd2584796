/// What calls of one job are stored with besides their arguments, checked once for all of them.
struct JobTerms: Sendable {
    let name: String
    let queue: String
    let priority: Int
    let maximumAttempts: Int
    let timeout: Duration?
    let retry: RetryOptions?
    /// Who is asked before a job is created.
    let filters: [any JobCreationFilter]

    /// Finds and checks the terms of a job.
    ///
    /// - Parameters:
    ///   - call: The job.
    ///   - options: What differs from the job's declaration.
    ///   - configuration: What holds where neither says anything.
    /// - Throws: ``JobError`` when nothing can be stored on such terms.
    init<Call: JobCall>(
        of call: Call.Type,
        options: JobOptions,
        configuration: JobClientConfiguration
    ) throws(JobError) {
        let options = options.merging(over: Call.options)
        try options.validate()
        try JobName.validate(Call.name)
        name = Call.name
        queue = options.queue ?? configuration.defaultQueue
        try QueueName.validate(queue)
        priority = options.priority ?? 0
        maximumAttempts = options.maximumAttempts ?? configuration.defaultMaximumAttempts
        timeout = options.timeout
        retry = options.retry.flatMap { $0.isEmpty ? nil : $0 }
        filters = configuration.filters.creation.followed(by: Call.filters.creation)
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A job that a server owns and is to run.
public struct ClaimedJob: Sendable, Hashable {
    /// The job.
    public var id: JobID
    /// The stored name of the function.
    public var name: String
    /// The queue.
    public var queue: String
    /// The arguments.
    public var arguments: JSONText
    /// The generation it was claimed at.
    public var generation: Int
    /// How often it was claimed, this time included.
    public var run: Int
    /// How many attempts are spent, this one included.
    public var attempt: Int
    /// How many attempts it has.
    public var maximumAttempts: Int
    /// How long this attempt may take; `nil` for no limit.
    public var timeout: Duration?
    /// What its enqueue said of retries, in place of the job's policy; `nil` for nothing.
    public var retry: RetryOptions?
    /// Where it was enqueued, for tracing; `nil` when nothing is known of it.
    public var trace: TraceContext?
    /// When it was stored, by the storage's clock.
    public var createdAt: Date
    /// When it was last put into its queue, by the storage's clock.
    public var enqueuedAt: Date
    /// The claim number: with the owner's epoch, the fence.
    public var claim: Int64

    /// Creates a claimed job.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - name: The stored name of the function.
    ///   - queue: The queue.
    ///   - arguments: The arguments.
    ///   - generation: The generation it was claimed at.
    ///   - run: How often it was claimed, this time included.
    ///   - attempt: How many attempts are spent, this one included.
    ///   - maximumAttempts: How many attempts it has.
    ///   - timeout: How long this attempt may take, or `nil`.
    ///   - retry: What its enqueue said of retries, or `nil`.
    ///   - trace: Where it was enqueued, or `nil`.
    ///   - createdAt: When it was stored.
    ///   - enqueuedAt: When it was last put into its queue.
    ///   - claim: The claim number.
    public init(
        id: JobID,
        name: String,
        queue: String,
        arguments: JSONText,
        generation: Int,
        run: Int,
        attempt: Int,
        maximumAttempts: Int,
        timeout: Duration?,
        retry: RetryOptions? = nil,
        trace: TraceContext? = nil,
        createdAt: Date,
        enqueuedAt: Date,
        claim: Int64
    ) {
        self.id = id
        self.name = name
        self.queue = queue
        self.arguments = arguments
        self.generation = generation
        self.run = run
        self.attempt = attempt
        self.maximumAttempts = maximumAttempts
        self.timeout = timeout
        self.retry = retry
        self.trace = trace
        self.createdAt = createdAt
        self.enqueuedAt = enqueuedAt
        self.claim = claim
    }
}

extension ClaimedJob {
    /// A job that was claimed for its first run as it was stored.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - claim: The claim number.
    ///   - date: When it was stored, by the storage's clock.
    package init(_ job: NewJob, claim: Int64, at date: Date) {
        self.init(
            id: job.id,
            name: job.name,
            queue: job.queue,
            arguments: job.arguments,
            generation: 1,
            run: 1,
            attempt: 1,
            maximumAttempts: job.maximumAttempts,
            timeout: job.timeout.map { .milliseconds($0.microseconds / 1000) },
            retry: job.retry,
            trace: job.trace,
            createdAt: date,
            enqueuedAt: date,
            claim: claim
        )
    }
}

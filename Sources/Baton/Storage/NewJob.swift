#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A job to be stored.
public struct NewJob: Sendable, Hashable {
    /// When the job becomes ready.
    public enum Start: Sendable, Hashable {
        /// At once; the mark says who publishes its dispatch message, `nil` that nobody does yet.
        case enqueued(PublishMark?)
        /// At a date, or at once when it has passed.
        case at(Date)
        /// After a while, by the storage's clock.
        case after(Duration)
    }

    /// The id, made by the client so that a repeated insert cannot double the job.
    public var id: JobID
    /// The stored name of the function.
    public var name: String
    /// The queue.
    public var queue: String
    /// The arguments: a JSON object keyed by parameter name.
    public var arguments: JSONText
    /// The priority, by which the job has a level (``JobPriorityLevel``).
    public var priority: Int
    /// How many attempts it has.
    public var maximumAttempts: Int
    /// How long one attempt may take; `nil` for no limit.
    public var timeout: Duration?
    /// What its enqueue says of retries, in place of the job's policy; `nil` for nothing.
    public var retry: RetryOptions?
    /// Where it was enqueued, for tracing; `nil` where nobody traces.
    public var trace: TraceContext?
    /// When it becomes ready.
    public var start: Start

    /// Creates a job to be stored.
    ///
    /// - Parameters:
    ///   - id: The id.
    ///   - name: The stored name of the function.
    ///   - queue: The queue.
    ///   - arguments: The arguments.
    ///   - priority: By which it has a level (``JobPriorityLevel``).
    ///   - maximumAttempts: How many attempts it has, at least 1.
    ///   - timeout: How long one attempt may take, or `nil`.
    ///   - retry: What its enqueue says of retries, or `nil`.
    ///   - trace: Where it was enqueued, or `nil`.
    ///   - start: When it becomes ready.
    public init(
        id: JobID,
        name: String,
        queue: String,
        arguments: JSONText,
        priority: Int,
        maximumAttempts: Int,
        timeout: Duration?,
        retry: RetryOptions? = nil,
        trace: TraceContext? = nil,
        start: Start
    ) {
        self.id = id
        self.name = name
        self.queue = queue
        self.arguments = arguments
        self.priority = priority
        self.maximumAttempts = maximumAttempts
        self.timeout = timeout
        self.retry = retry
        self.trace = trace
        self.start = start
    }
}

extension NewJob {
    /// What its enqueue says beyond the columns.
    package var notes: EnqueueNotes { EnqueueNotes(retry: retry, trace: trace) }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A job as it stands.
public struct JobSnapshot: Sendable, Hashable {
    /// The job.
    public var id: JobID
    /// The stored name of the function.
    public var name: String
    /// The queue.
    public var queue: String
    /// The state.
    public var state: JobState
    /// The arguments.
    public var arguments: JSONText
    /// How often it returned to its queue, from 1; 0 before the first time.
    public var generation: Int
    /// How often it was claimed.
    public var run: Int
    /// How many attempts are spent.
    public var attempt: Int
    /// How many attempts it has.
    public var maximumAttempts: Int
    /// When it was stored.
    public var createdAt: Date
    /// When it entered its state.
    public var stateAt: Date
    /// When it becomes due, for a scheduled job.
    public var scheduledAt: Date?
    /// The result, when it succeeded and returned one.
    public var result: JSONText?
    /// The last error.
    public var failure: JobFailure?
    /// How far the present or the last run has come, when it said so.
    public var progress: JobProgress?

    /// Creates a snapshot.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - name: The stored name of the function.
    ///   - queue: The queue.
    ///   - state: The state.
    ///   - arguments: The arguments.
    ///   - generation: How often it returned to its queue.
    ///   - run: How often it was claimed.
    ///   - attempt: How many attempts are spent.
    ///   - maximumAttempts: How many attempts it has.
    ///   - createdAt: When it was stored.
    ///   - stateAt: When it entered its state.
    ///   - scheduledAt: When it becomes due, or `nil`.
    ///   - result: The result, or `nil`.
    ///   - failure: The last error, or `nil`.
    ///   - progress: How far the present or the last run has come, or `nil`.
    public init(
        id: JobID,
        name: String,
        queue: String,
        state: JobState,
        arguments: JSONText,
        generation: Int,
        run: Int,
        attempt: Int,
        maximumAttempts: Int,
        createdAt: Date,
        stateAt: Date,
        scheduledAt: Date?,
        result: JSONText?,
        failure: JobFailure?,
        progress: JobProgress? = nil
    ) {
        self.id = id
        self.name = name
        self.queue = queue
        self.state = state
        self.arguments = arguments
        self.generation = generation
        self.run = run
        self.attempt = attempt
        self.maximumAttempts = maximumAttempts
        self.createdAt = createdAt
        self.stateAt = stateAt
        self.scheduledAt = scheduledAt
        self.result = result
        self.failure = failure
        self.progress = progress
    }
}

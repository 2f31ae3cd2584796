/// A wake-up: this job is ready at this generation.
///
/// Lost, doubled or late, it is harmless.
public struct DispatchMessage: Sendable, Hashable {
    /// The job.
    public var id: JobID
    /// The generation it was enqueued at.
    public var generation: Int
    /// The queue it goes through.
    public var queue: String
    /// The stored name of the function, so that a server can pass by what it does not know.
    public var name: String
    /// The job's level of priority, which decides the lane of the queue.
    public var level: JobPriorityLevel

    /// Creates a wake-up.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - generation: The generation it was enqueued at.
    ///   - queue: The queue it goes through.
    ///   - name: The stored name of the function.
    ///   - level: The job's level of priority.
    public init(
        id: JobID,
        generation: Int,
        queue: String,
        name: String,
        level: JobPriorityLevel = .normal
    ) {
        self.id = id
        self.generation = generation
        self.queue = queue
        self.name = name
        self.level = level
    }
}

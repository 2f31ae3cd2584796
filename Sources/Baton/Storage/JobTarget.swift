/// A job that is to be put back into its queue, given another time or deleted, by hand: as it is expected to be.
public struct JobTarget: Sendable, Hashable {
    /// The job.
    public var id: JobID
    /// The state in which it must be; `nil` for any from which a job is so moved.
    public var state: JobState?
    /// The generation at which it must be, so that a repetition finds it moved; `nil` for any.
    public var generation: Int?

    /// Creates a target.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - state: The state in which it must be; `nil` for any from which a job is so moved.
    ///   - generation: The generation at which it must be; `nil` for any.
    public init(id: JobID, state: JobState? = nil, generation: Int? = nil) {
        self.id = id
        self.state = state
        self.generation = generation
    }

    /// Whether a job is as it is expected to be, and can be requeued.
    ///
    /// - Parameters:
    ///   - state: Its state.
    ///   - generation: Its generation.
    /// - Returns: Whether it is.
    package func matches(_ state: JobState, generation: Int) -> Bool {
        state.canBeRequeued && expects(state, generation: generation)
    }

    /// Whether a job is as it is expected to be.
    ///
    /// - Parameters:
    ///   - state: Its state.
    ///   - generation: Its generation.
    /// - Returns: Whether it is.
    package func expects(_ state: JobState, generation: Int) -> Bool {
        (self.state ?? state) == state && (self.generation ?? generation) == generation
    }
}

/// What came of putting jobs back into their queues by hand.
public struct JobRequeue: Sendable, Hashable {
    /// What is to be published, with the marks its rows bear.
    public var dispatches: [MarkedDispatch]
    /// What became of each job, in the order in which they were named.
    public var outcomes: [RequeueOutcome]

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - dispatches: What is to be published.
    ///   - outcomes: What became of each job.
    public init(dispatches: [MarkedDispatch], outcomes: [RequeueOutcome]) {
        self.dispatches = dispatches
        self.outcomes = outcomes
    }
}

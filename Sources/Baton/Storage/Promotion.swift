/// What came of promoting the jobs that are due.
public struct Promotion: Sendable, Hashable {
    /// The jobs moved to their queues, to be published now.
    public var dispatches: [MarkedDispatch]
    /// How long until the next scheduled job is due, by the storage's clock; zero or less when more are due already,
    /// `nil` when none is scheduled.
    ///
    /// Queues that are held back do not count.
    public var nextDue: Duration?
    /// The queues in which something was due and that have no room left by their pace: more may be due in them.
    public var heldQueues: [String]
    /// Those of the outstanding jobs that nobody has claimed yet.
    public var unclaimed: [JobID]

    /// Creates a promotion.
    ///
    /// - Parameters:
    ///   - dispatches: The jobs moved to their queues.
    ///   - nextDue: How long until the next is due, in queues that are not held back.
    ///   - heldQueues: The queues in which something was due and that have no room left.
    ///   - unclaimed: Those of the outstanding jobs that nobody has claimed yet.
    public init(
        dispatches: [MarkedDispatch],
        nextDue: Duration?,
        heldQueues: [String] = [],
        unclaimed: [JobID] = []
    ) {
        self.dispatches = dispatches
        self.nextDue = nextDue
        self.heldQueues = heldQueues
        self.unclaimed = unclaimed
    }
}

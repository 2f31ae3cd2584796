/// What came of promoting the jobs that are due.
public struct Promotion: Sendable, Hashable {
    /// The jobs moved to their queues, to be published now.
    public var dispatches: [MarkedDispatch]
    /// How long until the next scheduled job is due, by the storage's clock; zero or less when more are due already,
    /// `nil` when none is scheduled.
    public var nextDue: Duration?

    /// Creates a promotion.
    ///
    /// - Parameters:
    ///   - dispatches: The jobs moved to their queues.
    ///   - nextDue: How long until the next is due.
    public init(dispatches: [MarkedDispatch], nextDue: Duration?) {
        self.dispatches = dispatches
        self.nextDue = nextDue
    }
}

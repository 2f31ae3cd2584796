/// What came of taking jobs from dead servers.
public struct OrphanRepair: Sendable, Hashable {
    /// The jobs put back into their queues with the next generation, to be published now.
    public var dispatches: [MarkedDispatch]
    /// How many had no attempt left and are failed.
    public var failed: Int

    /// Creates a repair.
    ///
    /// - Parameters:
    ///   - dispatches: The jobs put back into their queues.
    ///   - failed: How many had no attempt left.
    public init(dispatches: [MarkedDispatch], failed: Int) {
        self.dispatches = dispatches
        self.failed = failed
    }
}

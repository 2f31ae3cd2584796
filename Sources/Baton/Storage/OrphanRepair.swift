/// What came of taking jobs from dead servers.
public struct OrphanRepair: Sendable, Hashable {
    /// The jobs put back into their queues with the next generation, to be published now.
    public var dispatches: [MarkedDispatch]
    /// How many had no attempt left and are failed.
    public var failed: Int
    /// How many had no attempt left and are deleted, as their retries say.
    public var deleted: Int

    /// Creates a repair.
    ///
    /// - Parameters:
    ///   - dispatches: The jobs put back into their queues.
    ///   - failed: How many had no attempt left and are failed.
    ///   - deleted: How many had no attempt left and are deleted.
    public init(dispatches: [MarkedDispatch], failed: Int, deleted: Int = 0) {
        self.dispatches = dispatches
        self.failed = failed
        self.deleted = deleted
    }
    /// How many jobs were taken from dead servers.
    var count: Int { dispatches.count + failed + deleted }
}

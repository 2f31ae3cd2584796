/// What came of publishing lost messages again.
public struct LossRepair: Sendable, Hashable {
    /// What is to be published now, with the marks its rows bear.
    public var dispatches: [MarkedDispatch]
    /// Whether there may be more.
    public var hasMore: Bool

    /// Creates a repair.
    ///
    /// - Parameters:
    ///   - dispatches: What is to be published now.
    ///   - hasMore: Whether there may be more.
    public init(dispatches: [MarkedDispatch], hasMore: Bool) {
        self.dispatches = dispatches
        self.hasMore = hasMore
    }
}

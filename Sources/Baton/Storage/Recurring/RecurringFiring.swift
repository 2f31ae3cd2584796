/// What came of letting entries go on.
public struct RecurringFiring: Sendable, Hashable {
    /// The jobs that were made and are ready, to be published now.
    public var dispatches: [MarkedDispatch]
    /// How long until the first of those is due that were made for later; `nil` when there is none.
    public var nextStart: Duration?
    /// How many entries went on; those of which another server was faster are left out.
    public var advanced: Int

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - dispatches: The jobs that were made and are ready.
    ///   - nextStart: How long until the first of those is due that were made for later.
    ///   - advanced: How many entries went on.
    public init(dispatches: [MarkedDispatch], nextStart: Duration?, advanced: Int) {
        self.dispatches = dispatches
        self.nextStart = nextStart
        self.advanced = advanced
    }
}

/// What a server says of early certificates with a heartbeat (PROTOCOL section 3).
public struct TakeoverTerms: Sendable, Hashable {
    /// The renewal that the offer of an early certificate rests on: the last one that was answered, and since when the
    /// server's own queue has been seen at the broker; `nil` when none is offered.
    ///
    /// Storage adds whether that is still the last renewal, and whether the session that renews holds the lock. Only with
    /// all of it may the server pass for dead before its lease is over.
    public var stoodAfter: Int64?
    /// How old the renewal of another server must be to be told of it.
    public var lateAfter: Duration

    /// Creates terms.
    ///
    /// - Parameters:
    ///   - stoodAfter: The last renewal that was answered, if the server's queue has been seen since.
    ///   - lateAfter: How old the renewal of another server must be to be told of it.
    public init(stoodAfter: Int64?, lateAfter: Duration) {
        self.stoodAfter = stoodAfter
        self.lateAfter = lateAfter
    }
}

/// What a server says of early certificates with a heartbeat (PROTOCOL section 3).
public struct TakeoverTerms: Sendable, Hashable {
    /// Whether its broker connection stood when the heartbeat was sent.
    ///
    /// Storage adds whether the session that renews holds the lock; only with both may the server pass for dead before
    /// its lease is over.
    public var isOffered: Bool
    /// How old the renewal of another server must be to be told of it.
    public var lateAfter: Duration

    /// Creates terms.
    ///
    /// - Parameters:
    ///   - isOffered: Whether the server's broker connection stood.
    ///   - lateAfter: How old the renewal of another server must be to be told of it.
    public init(isOffered: Bool, lateAfter: Duration) {
        self.isOffered = isOffered
        self.lateAfter = lateAfter
    }
}

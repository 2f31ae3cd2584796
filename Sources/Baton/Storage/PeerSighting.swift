/// What storage says of another server that may be certified dead before its lease is over (PROTOCOL section 3).
public struct PeerSighting: Sendable, Hashable {
    /// What to look for at the broker.
    public var presence: ServerPresence
    /// Whether a database session holds the server's lock.
    public var isLocked: Bool
    /// The name of its last renewal; no two have the same.
    public var renewal: Int64
    /// How long ago the renewal was that its offer rests on, by the database's clock: both of its connections stood later.
    public var stoodAge: Duration
    /// How long the session has lasted that was asked through.
    public var sessionAge: Duration

    /// Creates a sighting.
    ///
    /// - Parameters:
    ///   - presence: What to look for at the broker.
    ///   - isLocked: Whether a database session holds the server's lock.
    ///   - renewal: The name of its last renewal.
    ///   - stoodAge: How long ago the renewal was that its offer rests on.
    ///   - sessionAge: How long the session has lasted that was asked through.
    public init(
        presence: ServerPresence,
        isLocked: Bool,
        renewal: Int64,
        stoodAge: Duration,
        sessionAge: Duration
    ) {
        self.presence = presence
        self.isLocked = isLocked
        self.renewal = renewal
        self.stoodAge = stoodAge
        self.sessionAge = sessionAge
    }
}

/// What the broker says of another server.
public struct PresenceSighting: Sendable, Hashable {
    /// Whether the server's queue is there, and its connection with it.
    public var isThere: Bool
    /// How long the connection has lasted that was asked through, at least.
    public var connectionAge: Duration

    /// Creates a sighting.
    ///
    /// - Parameters:
    ///   - isThere: Whether the server's queue is there.
    ///   - connectionAge: How long the connection has lasted that was asked through, at least.
    public init(isThere: Bool, connectionAge: Duration) {
        self.isThere = isThere
        self.connectionAge = connectionAge
    }

    /// The same, had the server's queue not been there.
    var gone: PresenceSighting {
        PresenceSighting(isThere: false, connectionAge: connectionAge)
    }
}

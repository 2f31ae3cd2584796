/// What a server learns at each heartbeat.
public struct HeartbeatAnswer: Sendable, Hashable {
    /// Whether the lease was renewed; `false` when the epoch is certified dead or its row is gone.
    public var isAlive: Bool
    /// Of the runs that were asked about, those whose rows the server no longer owns.
    public var lostRuns: [OwnedRun]
    /// Every processing row of the epoch, or `nil` when it was not worth looking this time.
    public var ownedRuns: [OwnedRun]?

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - isAlive: Whether the lease was renewed.
    ///   - lostRuns: Those of the asked runs that the server no longer owns.
    ///   - ownedRuns: Every processing row of the epoch, or `nil`.
    public init(isAlive: Bool, lostRuns: [OwnedRun], ownedRuns: [OwnedRun]?) {
        self.isAlive = isAlive
        self.lostRuns = lostRuns
        self.ownedRuns = ownedRuns
    }
}

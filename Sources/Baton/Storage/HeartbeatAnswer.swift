/// What a server learns at each heartbeat.
public struct HeartbeatAnswer: Sendable, Hashable {
    /// Whether the lease was renewed; `false` when the epoch is certified dead or its row is gone.
    public var isAlive: Bool
    /// Of the runs that were asked about, those whose rows the server no longer owns.
    public var lostRuns: [OwnedRun]
    /// Every processing row of the epoch, or `nil` when it was not worth looking this time.
    public var ownedRuns: [OwnedRun]?
    /// Other servers whose heartbeat is late, of those that may be certified before their lease is over.
    public var latePeers: [ServerEpoch]
    /// The name of this renewal, no two of which are the same, to rest the next offer on; `nil` without a renewal.
    public var renewal: Int64?
    /// Those of the server's queues that are paused, everywhere or for it; empty without a renewal.
    public var pausedQueues: Set<String>

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - isAlive: Whether the lease was renewed.
    ///   - lostRuns: Those of the asked runs that the server no longer owns.
    ///   - ownedRuns: Every processing row of the epoch, or `nil`.
    ///   - latePeers: Other servers whose heartbeat is late.
    ///   - renewal: The name of this renewal.
    ///   - pausedQueues: Those of the server's queues that are paused.
    public init(
        isAlive: Bool,
        lostRuns: [OwnedRun],
        ownedRuns: [OwnedRun]?,
        latePeers: [ServerEpoch] = [],
        renewal: Int64? = nil,
        pausedQueues: Set<String> = []
    ) {
        self.isAlive = isAlive
        self.lostRuns = lostRuns
        self.ownedRuns = ownedRuns
        self.latePeers = latePeers
        self.renewal = renewal
        self.pausedQueues = pausedQueues
    }
}

/// What disagrees, found by one cheap look.
public struct ReconcilerSurvey: Sendable, Hashable {
    /// Servers whose lease is over and that have no certificate yet.
    public var expiredServers: [ServerEpoch]
    /// Whether some processing row belongs to a certified server, or to none.
    public var hasOrphans: Bool
    /// Whether some enqueued row has no publisher that answers for it.
    public var hasUnpublished: Bool
    /// Whether a round of probing is open, of whatever queue.
    public var hasProbes: Bool
    /// Whether messages are known to be lost whose rows are not all published again.
    public var hasLosses: Bool

    /// Creates a survey.
    ///
    /// - Parameters:
    ///   - expiredServers: Servers whose lease is over.
    ///   - hasOrphans: Whether some processing row belongs to a certified server, or to none.
    ///   - hasUnpublished: Whether some enqueued row has no publisher that answers for it.
    ///   - hasProbes: Whether a round of probing is open.
    ///   - hasLosses: Whether messages are known to be lost whose rows are not all published again.
    public init(
        expiredServers: [ServerEpoch],
        hasOrphans: Bool,
        hasUnpublished: Bool,
        hasProbes: Bool = false,
        hasLosses: Bool = false
    ) {
        self.expiredServers = expiredServers
        self.hasOrphans = hasOrphans
        self.hasUnpublished = hasUnpublished
        self.hasProbes = hasProbes
        self.hasLosses = hasLosses
    }
}

/// For whom submissions are claimed as they are stored.
public struct SubmissionClaim: Sendable, Hashable {
    /// The server's epoch.
    public var owner: ServerEpoch
    /// A number never used before in this epoch.
    public var claim: Int64
    /// How many to claim at most: the first that are new, ready and claimable.
    public var limit: Int

    /// Creates a claim.
    ///
    /// - Parameters:
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    ///   - limit: How many to claim at most.
    public init(owner: ServerEpoch, claim: Int64, limit: Int) {
        self.owner = owner
        self.claim = claim
        self.limit = limit
    }
}

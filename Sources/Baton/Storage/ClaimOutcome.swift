/// What became of one claim.
public enum ClaimOutcome: Sendable, Hashable {
    /// The job is the server's, to be run now.
    case claimed(ClaimedJob)
    /// It is not.
    case refused(ClaimRefusal)
}

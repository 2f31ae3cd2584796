/// A processing row, by its id and the claim that owns it.
public struct OwnedRun: Sendable, Hashable {
    /// The job.
    public var id: JobID
    /// The claim number.
    public var claim: Int64

    /// Creates a reference to a run.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - claim: The claim number.
    public init(id: JobID, claim: Int64) {
        self.id = id
        self.claim = claim
    }
}

extension OwnedRun: Comparable {
    /// Orders runs by claim, then by job.
    public static func < (left: OwnedRun, right: OwnedRun) -> Bool {
        left.claim == right.claim ? left.id.uuid < right.id.uuid : left.claim < right.claim
    }
}

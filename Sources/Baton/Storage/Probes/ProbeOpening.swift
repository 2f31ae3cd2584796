/// What came of a call to begin a round of probing.
public struct ProbeOpening: Sendable, Hashable {
    /// Whether the call began it, or an earlier one whose answer was lost.
    public var isOpen: Bool
    /// Whether the round before was still there, was void, and is a loss now, as the last of so many in a row.
    public var isLoss: Bool

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - isOpen: Whether the round has begun.
    ///   - isLoss: Whether the round before is a loss now.
    public init(isOpen: Bool, isLoss: Bool = false) {
        self.isOpen = isOpen
        self.isLoss = isLoss
    }
}

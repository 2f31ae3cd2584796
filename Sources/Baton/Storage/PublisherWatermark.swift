/// How far a publisher session's messages are confirmed, as it is stored now and then.
///
/// A row's publish is confirmed when its number is below ``confirmedBelow`` and not in ``pending``. The stored copy may
/// be old, which only makes it say less.
public struct PublisherWatermark: Sendable, Hashable {
    /// The session.
    public let session: PublisherSession
    /// Every number from here on counts as unconfirmed.
    public let confirmedBelow: Int64
    /// The numbers below it that are not confirmed; at most the in-flight cap of them.
    public let pending: [Int64]

    /// Creates a watermark.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - confirmedBelow: The first number that nothing is known of.
    ///   - pending: The unconfirmed numbers below it, ascending.
    public init(session: PublisherSession, confirmedBelow: Int64, pending: [Int64]) {
        self.session = session
        self.confirmedBelow = confirmedBelow
        self.pending = pending
    }
}

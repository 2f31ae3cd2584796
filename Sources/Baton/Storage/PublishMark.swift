/// Who answers for the publishing of an enqueued row's current generation (PROTOCOL section 1).
public struct PublishMark: Sendable, Hashable {
    /// The session that publishes it.
    public let session: PublisherSession
    /// The number of the publish within the session, counted from 1.
    public let sequence: Int64

    /// Creates a mark.
    ///
    /// - Parameters:
    ///   - session: The session that publishes.
    ///   - sequence: The number of the publish within the session.
    public init(session: PublisherSession, sequence: Int64) {
        self.session = session
        self.sequence = sequence
    }
}

/// A submission that arrived and waits to be settled.
public struct SubmissionDelivery: Sendable, Hashable {
    /// What it says.
    public var message: SubmittedMessage
    /// The life of the channel that delivered it; a settlement belongs to that life and to no other.
    public var session: UInt64
    /// Its number within that life.
    public var tag: UInt64

    /// Creates a delivery.
    ///
    /// - Parameters:
    ///   - message: What it says.
    ///   - session: The life of the channel that delivered it.
    ///   - tag: Its number within that life.
    public init(message: SubmittedMessage, session: UInt64, tag: UInt64) {
        self.message = message
        self.session = session
        self.tag = tag
    }
}

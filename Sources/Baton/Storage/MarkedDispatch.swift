/// A dispatch message to be published, with the mark its row bears.
public struct MarkedDispatch: Sendable, Hashable {
    /// The message.
    public var message: DispatchMessage
    /// The number of the publish within the session; means nothing when the row bears no mark.
    public var sequence: Int64

    /// Creates a marked message.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - sequence: The number of the publish within the session.
    public init(message: DispatchMessage, sequence: Int64) {
        self.message = message
        self.sequence = sequence
    }
}

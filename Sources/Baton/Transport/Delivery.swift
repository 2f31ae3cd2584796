/// A wake-up that arrived and waits to be settled.
public struct Delivery: Sendable, Hashable {
    /// What it says.
    public var message: DispatchMessage
    /// Whether the broker has handed it out before.
    public var isRedelivered: Bool
    /// The life of the channel that delivered it; a settlement belongs to that life and to no other.
    public var session: UInt64
    /// Its number within that life; deliveries that came in one message share it.
    public var tag: UInt64
    /// Whether it came in a message with others, all of which this server holds up while it holds this one.
    public var isBundled: Bool

    /// Creates a delivery.
    ///
    /// - Parameters:
    ///   - message: What it says.
    ///   - isRedelivered: Whether the broker has handed it out before.
    ///   - session: The life of the channel that delivered it.
    ///   - tag: Its number within that life.
    ///   - isBundled: Whether it came in a message with others.
    public init(
        message: DispatchMessage,
        isRedelivered: Bool,
        session: UInt64,
        tag: UInt64,
        isBundled: Bool = false
    ) {
        self.message = message
        self.isRedelivered = isRedelivered
        self.session = session
        self.tag = tag
        self.isBundled = isBundled
    }
}

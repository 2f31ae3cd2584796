/// Wake-ups that travel as one message: of one queue and one function, and of normal priority.
///
/// A wake-up by itself is a bundle of one, of whatever level.
public struct DispatchBundle: Sendable, Hashable {
    /// How many wake-ups travel together at most: a broker's price for a message, shared by so many, is next to nothing.
    public static let limit = 64

    /// The wake-ups, one at least.
    public let messages: [DispatchMessage]
    /// Whether they were handed out before, in a message whose place this one takes, and came again: as which they arrive
    /// (``Delivery/isRedelivered``).
    ///
    /// It is the reason to look whether the server is gone that had them first.
    public let isRedelivered: Bool

    /// The queue of all of them.
    public var queue: String { messages[0].queue }

    /// The stored name of the function of all of them.
    public var name: String { messages[0].name }

    /// The level of all of them.
    public var level: JobPriorityLevel { messages[0].level }

    /// How many bundles of a queue a server has at a time.
    ///
    /// Even the smallest, of two, keep as many threads busy as it has where its look-ahead is as large. Of larger ones that is
    /// more than it can run at once: what takes long there is sent on.
    ///
    /// - Parameter prefetch: How many wake-ups by themselves it may have.
    /// - Returns: The number; two at least, so that the next is here when one is done with.
    package static func prefetch(besides prefetch: Int) -> Int { max(2, (prefetch + 3) / 4) }

    /// Bundles wake-ups.
    ///
    /// - Parameters:
    ///   - messages: The wake-ups; one at least, all of one queue and one function; of another level than normal only one.
    ///   - isRedelivered: Whether they came again before, in another message.
    package init(_ messages: [DispatchMessage], isRedelivered: Bool = false) {
        self.messages = messages
        self.isRedelivered = isRedelivered
    }
}

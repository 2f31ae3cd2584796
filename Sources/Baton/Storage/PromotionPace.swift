/// How many due jobs may wait in their queues to be claimed, so that a million due at once do not stand before what is
/// enqueued after them.
public struct PromotionPace: Sendable, Hashable {
    /// Every due job at once.
    public static let unlimited = PromotionPace(outstanding: [], windows: [:], otherWindow: Int(Int32.max))

    /// Jobs promoted before of which the caller knows of no claim; those that are still enqueued count.
    public var outstanding: [JobID]
    /// How many jobs of a queue may be promoted and unclaimed.
    public var windows: [String: Int]
    /// The same for each queue that has no window of its own.
    public var otherWindow: Int

    /// Creates a pace.
    ///
    /// - Parameters:
    ///   - outstanding: Jobs promoted before of which the caller knows of no claim.
    ///   - windows: How many jobs of a queue may be promoted and unclaimed.
    ///   - otherWindow: The same for each queue that has no window of its own.
    public init(outstanding: [JobID], windows: [String: Int], otherWindow: Int) {
        self.outstanding = outstanding
        self.windows = windows
        self.otherWindow = otherWindow
    }

    /// How many jobs of a queue may be promoted and unclaimed.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: How many.
    public func window(of queue: String) -> Int {
        windows[queue] ?? otherWindow
    }
}

/// A probe that has come back through one lane of its queue.
public struct ProbeReturn: Sendable, Hashable {
    /// The round it belongs to.
    public var probe: ProbeID
    /// The queue.
    public var queue: String
    /// Which lane it came through, from zero.
    public var lane: Int
    /// How many lanes the queue has: a transport may keep wake-ups of one queue in several, and probes each.
    public var lanes: Int

    /// Creates a return.
    ///
    /// - Parameters:
    ///   - probe: The round it belongs to.
    ///   - queue: The queue.
    ///   - lane: Which lane it came through, from zero.
    ///   - lanes: How many lanes the queue has.
    public init(probe: ProbeID, queue: String, lane: Int, lanes: Int) {
        self.probe = probe
        self.queue = queue
        self.lane = lane
        self.lanes = lanes
    }
}

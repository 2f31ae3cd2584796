/// What a consumer hands to its server.
public enum TransportEvent: Sendable, Hashable {
    /// Everything that arrived since the last event: wake-ups, and words to every server.
    case arrived([Delivery], words: [ControlMessage])
    /// Probes have come back; they are settled already.
    case probed([ProbeReturn])
    /// Everything that the broker had sent of a queue when ``JobConsumer/catchUp(queue:probe:)`` was called has been among the
    /// events by now.
    case caughtUp(queue: String, probe: ProbeID)
    /// The consumer is connected, for the first time or again.
    case connected
    /// The connection is gone. Deliveries of it can no longer be settled and will come again.
    case disconnected(reason: String)
}

/// A server's intake: the dispatch messages of its queues, with manual acknowledgement.
public protocol JobConsumer: Sendable {
    /// Waits for the next event; to be called by one task.
    ///
    /// - Returns: The event, or `nil` when ``run()`` has ended or the task is cancelled.
    func next() async -> TransportEvent?

    /// Consumes until cancelled; connects again whenever the connection is lost.
    ///
    /// - Throws: Only what no retry can mend.
    func run() async throws

    /// Whether other servers can see that this one is connected: its own queue is there, and goes with its connection.
    ///
    /// - Returns: Whether they can; never where there is no such queue.
    func isPresent() async -> Bool

    /// Looks at another server through this consumer's own connection.
    ///
    /// - Parameter presence: The other server.
    /// - Returns: What is to be seen; `nil` when it cannot be told.
    func sight(_ presence: ServerPresence) async -> PresenceSighting?

    /// Makes a round trip on each channel of a queue, so that what the broker had sent before is here, and all that was
    /// settled before is known to the broker; then ``TransportEvent/caughtUp(queue:probe:)`` comes after all of it.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - probe: The round it is for.
    /// - Returns: Whether the event comes; not where the queue is neither consumed nor paused, or a channel was lost meanwhile.
    func catchUp(queue: String, probe: ProbeID) async -> Bool

    /// Takes no deliveries from some queues, also on later connections, and from all others again.
    ///
    /// Once it returns, the broker delivers no more of them; what it had sent before may still come among the events, and is
    /// settled as ever. Nothing is given back by this. Each queue that is resumed is asked for anew before it is consumed, and
    /// so is a paused one on each new connection, though nothing is delivered: what the last connection had not settled has
    /// gone back. A consumer whose queues are all paused stays connected.
    ///
    /// - Parameter queues: All queues that are paused now; repeated, it changes nothing.
    func pause(_ queues: Set<String>) async

    /// Stops new deliveries; those already here can still be settled.
    func stopDeliveries() async

    /// Acknowledges deliveries whose jobs storage answers for. Those of an earlier connection are passed over.
    ///
    /// - Parameter deliveries: The deliveries.
    func acknowledge(_ deliveries: [Delivery]) async

    /// Gives deliveries back to their queues; with one of a bundle, whatever of the bundle is not settled yet.
    ///
    /// - Parameter deliveries: The deliveries.
    func giveBack(_ deliveries: [Delivery]) async
}

import Locking

extension ServerCore {
    /// Gives deliveries back to their queues.
    ///
    /// The one place for it: a round of probing has to know of each.
    ///
    /// - Parameter deliveries: The deliveries, which the table has let go for this.
    func giveBack(_ deliveries: [Delivery]) async {
        guard !deliveries.isEmpty else { return }
        await consumer.giveBack(deliveries)
        table.withLock { $0.disturbances.end(deliveries) }
    }

    /// Looks at rounds of probing now, here and wherever else servers are.
    func announceProbing() async {
        probing.ring()
        await client.transport.broadcast(.probing)
    }

    /// Everything that the broker had sent of a queue has been received.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - probe: The round for which it was asked.
    func caughtUp(_ queue: String, _ probe: ProbeID) {
        let ordinal = table.withLock { $0.arrivals }
        probes.withLock { $0.caughtUp(probe, queue: queue, ordinal: ordinal) }
        probing.ring()
    }
}

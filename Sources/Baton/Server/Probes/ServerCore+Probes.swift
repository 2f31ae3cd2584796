import Locking
import Logging

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

    /// Counts a round that was void, and has what may be lost published again when it was the last of so many in a row.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - isLoss: Whether it was.
    func noteVoidRound(of queue: String, isLoss: Bool) async {
        if isLoss {
            logger.warning(
                "no round of probing a queue proves anything; whatever may be lost is published again",
                metadata: ["queue": "\(queue)"]
            )
            news.returns.ring()
        }
        await count([.voidProbes: 1, .suspectedLosses: isLoss ? 1 : 0])
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

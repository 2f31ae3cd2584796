extension RunTable {
    // MARK: Deliveries that wait

    /// Puts deliveries in front again, to be claimed once more.
    ///
    /// - Parameter held: The deliveries.
    mutating func claimAgain(_ held: some Sequence<Held>) {
        waiting.prepend(held)
    }

    /// Takes out the deliveries that have waited for too long, to be given back or sent on; that disturbs their queues until
    /// it is done.
    ///
    /// - Parameters:
    ///   - instant: Those that arrived before, or then.
    ///   - isEligible: Which of them.
    /// - Returns: The deliveries.
    mutating func takeWaiting(
        since instant: JobInstant,
        where isEligible: (Delivery) -> Bool = { _ in true }
    ) -> [Delivery] {
        let stale = waiting.remove { $0.since <= instant && isEligible($0.delivery) }.map(\.delivery)
        disturbances.begin(stale)
        return stale
    }

    /// Takes out the deliveries of bundles that have waited for too long, to be sent on, but for those whose turn is next.
    ///
    /// - Parameters:
    ///   - instant: Those that arrived before, or then.
    ///   - next: For how many of each queue a thread is soon free; 0 of one that is not there.
    /// - Returns: The deliveries.
    mutating func takeBundled(since instant: JobInstant, butNext next: [String: Int]) -> [Delivery] {
        var next = next
        return takeWaiting(since: instant) { delivery in
            let rest = next[delivery.message.queue, default: 0]
            if rest > 0 { next[delivery.message.queue] = rest - 1 }
            return rest <= 0 && delivery.isBundled
        }
    }

    /// Since when a delivery of a bundle waits, if one does.
    var bundledSince: JobInstant? {
        waiting.held.lazy.filter(\.delivery.isBundled).map(\.since).min()
    }
}

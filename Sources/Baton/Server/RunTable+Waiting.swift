import DequeModule

extension RunTable {
    // MARK: Deliveries that wait

    /// Puts deliveries in front again, to be claimed once more.
    ///
    /// - Parameter held: The deliveries.
    mutating func claimAgain(_ held: some Sequence<Held>) {
        waiting.prepend(contentsOf: held)
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
        var stale: [Delivery] = []
        waiting.removeAll { held in
            guard held.since <= instant, isEligible(held.delivery) else { return false }
            stale.append(held.delivery)
            return true
        }
        disturbances.begin(stale)
        return stale
    }

    /// Since when a delivery of a bundle waits, if one does.
    var bundledSince: JobInstant? {
        waiting.lazy.filter(\.delivery.isBundled).map(\.since).min()
    }
}

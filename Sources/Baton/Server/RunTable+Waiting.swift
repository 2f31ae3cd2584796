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

    /// Since when a delivery of a bundle waits, if one does.
    var bundledSince: JobInstant? {
        waiting.held.lazy.filter(\.delivery.isBundled).map(\.since).min()
    }
}

extension RunTable {
    // MARK: Probing

    /// Whether a delivery is still to be taken up: it waits, or is being claimed.
    ///
    /// What runs does not count: its row is no longer enqueued.
    ///
    /// - Parameters:
    ///   - queue: Its queue.
    ///   - ordinal: It arrived at this number or before.
    /// - Returns: Whether there is such a delivery.
    func isHeld(_ queue: String, upTo ordinal: Int) -> Bool {
        let isMeant = { (held: Held) in held.ordinal <= ordinal && held.delivery.message.queue == queue }
        return batches.contains { $0.contains(where: isMeant) } || waiting.held.contains(where: isMeant)
    }

    /// Whether what somebody waits for has been taken up of some queue; asked once.
    mutating func hasTakenUpWatched() -> Bool {
        guard !watched.isEmpty else { return false }
        let held = watched.filter { isHeld($0.key, upTo: $0.value) }
        defer { watched = held }
        return held.count < watched.count
    }
}

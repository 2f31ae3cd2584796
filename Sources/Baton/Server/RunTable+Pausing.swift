extension RunTable {
    // MARK: Paused queues

    /// Takes over which queues are paused: no delivery of theirs is claimed from now on.
    ///
    /// - Parameter queues: All of the server's that are.
    /// - Returns: Which were before.
    mutating func pause(_ queues: Set<String>) -> Set<String> {
        defer { paused = queues }
        return paused
    }

    /// Those of some queues of which jobs may be started, in order.
    ///
    /// - Parameter queues: The queues.
    /// - Returns: Those that are not paused.
    func unpaused(_ queues: [String]) -> [String] {
        paused.isEmpty ? queues : queues.filter { !paused.contains($0) }
    }

    /// Whether some of these deliveries are of a paused queue.
    ///
    /// - Parameter deliveries: The deliveries.
    /// - Returns: Whether some are.
    func holdsPaused(_ deliveries: [Delivery]) -> Bool {
        !paused.isEmpty && deliveries.contains { paused.contains($0.message.queue) }
    }

    /// Takes out what waits of paused queues, to be given back; that disturbs the queues until it is done.
    ///
    /// - Parameters:
    ///   - queues: The queues, from which no more is delivered here; those are passed over that have been resumed meanwhile.
    ///   - now: The present.
    /// - Returns: The deliveries.
    mutating func takePaused(of queues: Set<String>, at now: JobInstant) -> [Delivery] {
        let queues = queues.intersection(paused)
        guard !queues.isEmpty else { return [] }
        return takeWaiting(since: now) { queues.contains($0.message.queue) }
    }
}

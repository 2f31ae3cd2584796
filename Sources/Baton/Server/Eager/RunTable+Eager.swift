extension RunTable {
    // MARK: Eager starts

    /// Begins to claim jobs as they are stored, all of them or none.
    ///
    /// Only for free threads, while few jobs run: what would have to share the processors goes through the queue, so that every
    /// server has its part of it. And none while others wait that came before, here or in storage.
    ///
    /// - Parameters:
    ///   - claim: Its number, which ``endIntake(_:)`` ends.
    ///   - count: How many jobs there are.
    ///   - queues: Their queues.
    ///   - limit: How many jobs may run here then at most.
    /// - Returns: Whether they may be claimed.
    mutating func beginEagerStart(_ claim: Int64, of count: Int, queues: some Sequence<String>, limit: Int) -> Bool {
        guard life == .serving, !isStopping, waiting.isEmpty, !hasBacklog, taken + count <= min(limit, concurrency),
            queues.allSatisfy({ !paused.contains($0) })
        else { return false }
        intakes[claim] = count
        return true
    }
}

extension RunTable {
    /// What this server may promote now; nothing of a paused queue, where it would only wait.
    ///
    /// - Parameters:
    ///   - queues: The queues that it serves.
    ///   - now: The present.
    /// - Returns: The pace.
    mutating func promotionPace(queues: [String], at now: JobInstant) -> PromotionPace {
        pacing.pace(queues: isStopping ? [] : queues, paused: paused, free: max(concurrency - taken, 0), at: now)
    }
}

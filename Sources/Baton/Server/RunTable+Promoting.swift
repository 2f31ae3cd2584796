extension RunTable {
    /// What this server may promote now.
    ///
    /// - Parameters:
    ///   - queues: The queues that it serves.
    ///   - now: The present.
    /// - Returns: The pace.
    mutating func promotionPace(queues: [String], at now: JobInstant) -> PromotionPace {
        pacing.pace(queues: isStopping ? [] : queues, free: max(concurrency - taken, 0), at: now)
    }
}

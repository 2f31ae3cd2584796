extension RunTable {
    // MARK: Submissions

    /// Begins to claim submissions as they are stored, for as many as there are free threads, or will be in a moment.
    ///
    /// None while deliveries wait, which came before.
    ///
    /// - Parameters:
    ///   - claim: Its number, which ``endIntake(_:)`` ends.
    ///   - wanted: How many there are.
    ///   - now: The present.
    /// - Returns: How many may be claimed.
    mutating func beginSubmission(_ claim: Int64, wanted: Int, at now: JobInstant) -> Int {
        guard !isStopping, waiting.isEmpty else { return 0 }
        let room = min(wanted, capacity(at: now) - taken)
        guard room > 0 else { return 0 }
        intakes[claim] = room
        return room
    }
}

extension RunTable {
    // MARK: Claims without messages

    /// How many jobs are claimed and have not ended, those included that are being claimed.
    var taken: Int {
        running + claiming.count + intakes.values.reduce(0, +)
    }

    /// Begins a claim without messages, for as many jobs as there are free threads, or will be in a moment.
    ///
    /// - Parameters:
    ///   - claim: Its number.
    ///   - now: The present.
    /// - Returns: How many jobs to claim; at zero nothing has begun, and an end that leaves room says so.
    mutating func beginIntake(_ claim: Int64, at now: JobInstant) -> Int {
        guard !isStopping else { return 0 }
        let capacity = capacity(at: now)
        let room = capacity - taken
        guard room > 0 else {
            // Half of what was claimed ahead is still there when the next claim begins, and that one is not for one job.
            roomMark = capacity - max(1, (capacity - concurrency) / 2)
            return 0
        }
        roomMark = nil
        intakes[claim] = room
        return room
    }

    /// Ends a claim without messages: what it brought are runs, or nobody knows whether it brought anything.
    ///
    /// - Parameter claim: Its number.
    /// - Returns: Whether deliveries wait, which found no thread while the claim held them all.
    mutating func endIntake(_ claim: Int64) -> Bool {
        intakes[claim] = nil
        return !waiting.isEmpty
    }

    /// Whether a row may have been claimed by a claim without messages whose answer is still to come, or is being put back.
    ///
    /// - Parameter run: The row.
    /// - Returns: Whether it may, or is.
    func isUnderWay(_ run: OwnedRun) -> Bool {
        intakes[run.claim] != nil || repairing.contains(run)
    }

    /// Whether there is room now for the claim that waits for it; asked once.
    mutating func hasRoomForIntake() -> Bool {
        guard let mark = roomMark, taken <= mark else { return false }
        roomMark = nil
        return true
    }
}

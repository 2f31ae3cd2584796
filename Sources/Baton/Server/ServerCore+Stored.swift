import Locking

/// Jobs that are claimed without a message, or as they are stored (PROTOCOL moves 7 and 8).
extension ServerCore {
    /// Starts jobs that are stored as this server's; while it stops it puts them back.
    ///
    /// Once it has ended they are not run: the certificate ends a claim that nobody is left to complete.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - owner: The epoch they were claimed for.
    ///   - claim: The claim number, which ends.
    func beginStored(_ jobs: [ClaimedJob], owner: ServerEpoch, claim: Int64) {
        let now = clock.now
        let isStopping = table.withLock { table in
            for job in jobs { table.start(job, owner: owner, delivery: nil, at: now) }
            return table.isStopping
        }
        endIntake(claim)
        if isStopping {
            putBackUnstarted(reason: "Put back by server \(name), which is stopping")
        } else {
            begin(jobs, claimedFor: owner)
        }
    }

    /// Ends a claim without messages; what it held and did not use is free for others.
    ///
    /// - Parameter claim: The claim number.
    func endIntake(_ claim: Int64) {
        let (leavesWaiting, leavesRoom) = table.withLock { table in
            (table.endIntake(claim), table.hasRoomForIntake())
        }
        if leavesWaiting { claimable.ring() }
        if leavesRoom { vacancies.ring() }
        progress.ring()
    }
}

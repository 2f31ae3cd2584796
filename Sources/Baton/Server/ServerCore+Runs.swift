import Locking

extension ServerCore {
    /// Hands jobs to the threads that are in the table of runs.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - owner: The epoch they were claimed for.
    func begin(_ jobs: [ClaimedJob], claimedFor owner: ServerEpoch) {
        // Paused while they were being claimed: the threads pass by what is put back.
        putBackPaused()
        let runner = JobRunner(core: self)
        workers.submit(jobs.map { job in { runner.start(job, on: $0) } })
        if epoch != owner {
            // Certified dead while the answer was on its way: nobody asks after these runs any more.
            cancelRuns { _, run in run.owner == owner }
        }
    }

    /// Cancels runs.
    ///
    /// - Parameter isUnwanted: Which.
    /// - Returns: How many.
    @discardableResult
    func cancelRuns(where isUnwanted: (OwnedRun, RunTable.Run) -> Bool) -> Int {
        let cancels = table.withLock { $0.cancelRuns(where: isUnwanted) }
        cancellations.append(cancels)
        return cancels.count
    }

    /// Cancels all runs, and lets none begin any more: nobody will store their ends.
    func abandonRuns() {
        table.withLock { $0.endServing() }
        cancelRuns { _, _ in true }
    }

    /// Ends the tasks of unwanted runs at once.
    func callCancellations() {
        for cancel in cancellations.takeAll() {
            cancel()
        }
    }
}

import Locking
import Logging

extension ServerCore {
    /// Tells of runs that pay no heed to their cancellation: each keeps its thread until its function returns, whatever
    /// became of its job.
    func reportUnheeded() async {
        let (runs, lost) = table.withLock { table in
            (table.takeUnheeded(longerThan: configuration.cancellationTimeout, at: clock.now), table.unheededCount)
        }
        guard !runs.isEmpty else { return }
        for run in runs {
            logger.warning(
                "a job does not give way to its cancellation; its thread is free again when it returns",
                metadata: [
                    "job.id": "\(run.job.id)", "job.name": "\(run.job.name)", "job.run": "\(run.job.run)",
                    "reason": run.hasTimedOut ? "its time is up" : "the run is not wanted any more",
                    "threads": "\(lost) of \(configuration.concurrency) kept so",
                ]
            )
        }
        await count([.unheededCancellations: runs.count])
    }

    /// Tells that a run has given way after all.
    ///
    /// - Parameter job: Its job.
    func reportHeeded(_ job: ClaimedJob) {
        logger.info(
            "a job has given way to its cancellation; its thread is free again",
            metadata: ["job.id": "\(job.id)", "job.name": "\(job.name)", "job.run": "\(job.run)"]
        )
    }
}

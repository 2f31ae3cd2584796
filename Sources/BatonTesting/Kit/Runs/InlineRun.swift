import Baton
import Locking

/// A run on the task that asks for it: nobody but that task's owner, or the job's time limit, may end it.
final class InlineRun: RunControl {
    private let isTimedOut = Watched(false)
    private let reports = Locked<[JobProgress]>([])

    var isCancelled: Bool {
        Task.isCancelled && !hasTimedOut
    }

    var hasTimedOut: Bool {
        isTimedOut.value
    }

    func timeOut() {
        isTimedOut.change { $0 = true }
    }

    func report(_ progress: JobProgress) {
        reports.withLock { $0.append(progress) }
    }

    /// Runs a job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - execution: How jobs are run.
    /// - Returns: What the run came to, and what it said of its progress.
    static func run(
        _ job: ClaimedJob,
        by execution: JobExecution
    ) async -> (end: RunEnd?, progress: [JobProgress]) {
        let control = InlineRun()
        let end = await run(job, by: execution, control)
        return (end, control.reports.withLock { $0 })
    }

    private static func run(
        _ job: ClaimedJob,
        by execution: JobExecution,
        _ control: InlineRun
    ) async -> RunEnd? {
        guard job.timeout != nil else { return await execution.run(job, control: control) }
        return await withTaskGroup(of: RunEnd?.self) { group in
            // A child, which can be cancelled when its time is up.
            group.addTask { await execution.run(job, control: control) }
            group.addTask {
                try? await control.isTimedOut.wait { $0 }
                return nil
            }
            var end: RunEnd?
            for await result in group {
                end = end ?? result
                group.cancelAll()
            }
            return end
        }
    }
}

import Baton
import Locking

/// A run on the task that asks for it: nobody but that task's owner, or the job's time limit, may end it.
final class InlineRun: RunControl {
    private let isTimedOut = Watched(false)

    var isCancelled: Bool {
        Task.isCancelled && !hasTimedOut
    }

    var hasTimedOut: Bool {
        isTimedOut.value
    }

    func timeOut() {
        isTimedOut.change { $0 = true }
    }

    /// Runs a job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - execution: How jobs are run.
    /// - Returns: What the run came to.
    static func run(_ job: ClaimedJob, by execution: JobExecution) async -> RunEnd? {
        let control = InlineRun()
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

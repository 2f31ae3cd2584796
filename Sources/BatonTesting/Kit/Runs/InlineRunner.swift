import Baton

/// Runs claimed jobs as a server would, one at a time on the caller's task.
struct InlineRunner: Sendable {
    /// The name that jobs see as their server's.
    static let name = "test"

    let registry: JobRegistry
    let retryPolicy: RetryPolicy
    let filters: JobFilters
    let environment: JobEnvironment

    /// Runs a job.
    ///
    /// - Parameter job: The job.
    /// - Returns: The run, what is to be stored of it, and what it said.
    func run(_ job: ClaimedJob) async -> (end: RunEnd?, said: JobRun.Said) {
        let recorder = LogRecorder()
        let execution = JobExecution(
            registry: registry,
            server: Self.name,
            retryPolicy: retryPolicy,
            filters: filters,
            unknownJobDelay: .zero,
            environment: environment,
            logger: recorder.makeLogger(label: Self.name)
        )
        let (end, progress) = await InlineRun.run(job, by: execution)
        return (end, JobRun.Said(logLines: recorder.lines, progress: progress))
    }
}

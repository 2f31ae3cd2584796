/// What runs one job at a time.
protocol Worker: Sendable {
    /// Where the job's task runs.
    var executor: any TaskExecutor { get }

    /// Makes the worker free for the next run, once what it is doing has returned.
    func release()
}

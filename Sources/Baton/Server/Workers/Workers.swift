/// Starts a run on the worker that took it.
typealias WorkerStart = @Sendable (any Worker) -> Void

/// The workers of a server, one for each job that runs, and the runs that wait for one.
protocol Workers: Sendable {
    /// Hands runs to the workers, in order.
    ///
    /// - Parameter starts: The runs; those that find no free worker wait for one.
    func submit(_ starts: [WorkerStart])
}

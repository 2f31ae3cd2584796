import Baton

extension JobTestKit {
    /// Runs what is enqueued, and what those jobs enqueue in turn, one after the other on the caller's task.
    ///
    /// Jobs go through the states that they go through on a server: a failed one is scheduled for its next attempt, or has
    /// failed. Scheduled jobs run when they are due: after ``TestClock/advance(by:)``, or at once with `withScheduled`.
    ///
    /// Recurring entries make the jobs that are due by then, and those run, too. They do not move the clock: they never end.
    ///
    /// - Parameters:
    ///   - queues: The queues to drain; `nil` for all.
    ///   - withScheduled: Whether scheduled jobs are waited for: the clock is then moved to each one's time, until none is
    ///     left. Failed jobs get all of their attempts that way.
    ///   - limit: How many runs there may be, so that jobs which enqueue themselves do not go on for ever.
    /// - Returns: What ran.
    /// - Throws: ``JobTestKitError`` when the limit is reached, or when jobs are left that the kit does not know;
    ///   `CancellationError` when the task is cancelled, and then the job that ran is put back. What jobs throw is not
    ///   thrown here, but told in the summary.
    @discardableResult
    public func drain(
        queues: [String]? = nil,
        withScheduled: Bool = false,
        limit: Int = 1_000
    ) async throws -> DrainSummary {
        var drain = Drain(kit: self, queues: queues.map { Set($0) }, limit: limit)
        return try await drain.run(withScheduled: withScheduled)
    }
}

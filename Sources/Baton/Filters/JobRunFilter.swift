/// Stands around a run of a job on a server.
///
/// ```swift
/// struct Timing: JobRunFilter {
///     func run(
///         _ job: ClaimedJob,
///         in context: JobContext,
///         next: () async throws -> JSONText?
///     ) async throws -> JSONText? {
///         let start = ContinuousClock.now
///         defer { context.logger.info("ran", metadata: ["duration": "\(ContinuousClock.now - start)"]) }
///         return try await next()
///     }
/// }
/// ```
///
/// What a filter throws counts as thrown by the job, whose policy says what follows: another attempt, or its end. So a filter
/// calls a run off with ``JobDiscard`` and puts it off with ``JobSnooze``. The job's time limit and its cancellation hold for
/// its filters, too.
public protocol JobRunFilter: JobFiltering {
    /// Runs the job, or does not.
    ///
    /// It runs where the job does, and finds the run in ``JobContext/current``.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - context: The run this is.
    ///   - next: The filters after this one, and the job itself at last; called once at most. It throws what the job throws, and
    ///     returns its result as JSON.
    /// - Returns: What counts as the job's result: what `next` has returned, or something else.
    /// - Throws: What counts as thrown by the job.
    func run(
        _ job: ClaimedJob,
        in context: JobContext,
        next: () async throws -> JSONText?
    ) async throws -> JSONText?
}

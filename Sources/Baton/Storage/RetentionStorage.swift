/// Where jobs that have ended are counted, and removed when their time is over.
///
/// A part of ``JobStorage``.
public protocol RetentionStorage: Sendable {
    /// Makes one step: counts what ended in hours that are over, removes what is past its time, or forgets old statistics.
    ///
    /// Nothing is removed that was not counted. Several may ask side by side; one of them works, and the others are told
    /// that there is nothing to do.
    ///
    /// - Parameters:
    ///   - policy: How long what stays.
    ///   - limit: How many rows are removed one by one at most; where all jobs of a day are past their time, the day goes
    ///     as a whole.
    /// - Returns: What was done, and whether there is more.
    /// - Throws: ``JobStorageError``.
    func retain(_ policy: RetentionPolicy, limit: Int) async throws(JobStorageError) -> RetentionStep
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One time at which an entry was due, or was triggered, and what became of it.
public struct RecurringOccurrence: Sendable, Hashable {
    /// What became of an occurrence.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// It made a job.
        case fired
        /// It waits for the end of the jobs before.
        case held
        /// It made none, because a job before had not ended.
        case skipped
        /// Somebody made the job by hand.
        case triggered
    }

    /// When the entry was due, or triggered.
    public var at: Date
    /// What became of it.
    public var outcome: Outcome
    /// The job that it made; `nil` when it made none.
    public var jobID: JobID?
    /// When that was decided.
    public var decidedAt: Date

    /// Creates an occurrence.
    ///
    /// - Parameters:
    ///   - at: When the entry was due, or triggered.
    ///   - outcome: What became of it.
    ///   - jobID: The job that it made, or `nil`.
    ///   - decidedAt: When that was decided.
    public init(at: Date, outcome: Outcome, jobID: JobID?, decidedAt: Date) {
        self.at = at
        self.outcome = outcome
        self.jobID = jobID
        self.decidedAt = decidedAt
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// How an entry is to go on: which occurrences are decided now, and when the next is.
public struct RecurringAdvance: Sendable, Hashable {
    /// An occurrence that is due.
    public struct Occurrence: Sendable, Hashable {
        /// When the entry was due.
        public var at: Date
        /// The id of its job, if it makes one.
        public var jobID: JobID
        /// When the job becomes ready: at once when that has passed.
        public var startAt: Date

        /// Creates an occurrence.
        ///
        /// - Parameters:
        ///   - at: When the entry was due.
        ///   - jobID: The id of its job.
        ///   - startAt: When the job becomes ready.
        public init(at: Date, jobID: JobID, startAt: Date) {
            self.at = at
            self.jobID = jobID
            self.startAt = startAt
        }
    }

    /// The entry.
    public var id: String
    /// The revision that this was planned from.
    public var revision: Int64
    /// The occurrences, oldest first and each date once, one that has waited included.
    public var occurrences: [Occurrence]
    /// The next occurrence; infinite when there is none any more.
    public var nextAt: Date

    /// Creates an advance.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - revision: The revision that this was planned from.
    ///   - occurrences: The occurrences, oldest first.
    ///   - nextAt: The next occurrence.
    public init(id: String, revision: Int64, occurrences: [Occurrence], nextAt: Date) {
        self.id = id
        self.revision = revision
        self.occurrences = occurrences
        self.nextAt = nextAt
    }
}

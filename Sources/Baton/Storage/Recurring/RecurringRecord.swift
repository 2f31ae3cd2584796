#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// An entry as it is stored.
public struct RecurringRecord: Sendable, Hashable {
    /// What it is set to.
    public var definition: RecurringDefinition
    /// Another with every change, so that whoever has planned from one finds out that it has passed.
    public var revision: Int64
    /// Whether it waits to be resumed.
    public var isPaused: Bool
    /// Why it is disabled; `nil` when it is not.
    public var error: String?
    /// The next occurrence; `nil` when that was not worked out yet, infinite when there is none any more.
    public var nextAt: Date?
    /// The occurrence that waits for the end of the last job, if there is one.
    public var heldAt: Date?
    /// When it last made a job, by occurrence or by hand.
    public var lastAt: Date?
    /// That job.
    public var lastJobID: JobID?

    /// Creates a record.
    ///
    /// - Parameters:
    ///   - definition: What it is set to.
    ///   - revision: Another with every change.
    ///   - isPaused: Whether it waits to be resumed.
    ///   - error: Why it is disabled, or `nil`.
    ///   - nextAt: The next occurrence.
    ///   - heldAt: The occurrence that waits, or `nil`.
    ///   - lastAt: When it last made a job, or `nil`.
    ///   - lastJobID: That job, or `nil`.
    public init(
        definition: RecurringDefinition,
        revision: Int64,
        isPaused: Bool = false,
        error: String? = nil,
        nextAt: Date?,
        heldAt: Date? = nil,
        lastAt: Date? = nil,
        lastJobID: JobID? = nil
    ) {
        self.definition = definition
        self.revision = revision
        self.isPaused = isPaused
        self.error = error
        self.nextAt = nextAt
        self.heldAt = heldAt
        self.lastAt = lastAt
        self.lastJobID = lastJobID
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A recurring entry as it stands.
public struct RecurringEntry: Sendable, Hashable {
    /// Its id.
    public var id: String
    /// The stored name of the function.
    public var name: String
    /// The queue of its jobs.
    public var queue: String
    /// The arguments of its jobs.
    public var arguments: JSONText
    /// When it is due.
    public var schedule: RecurringSchedule
    /// The same for people; `nil` when the schedule cannot be read.
    public var summary: String?
    /// How its occurrences become jobs; `nil` when this version cannot tell.
    public var policy: RecurringPolicy?
    /// When it is due next; `nil` while it is paused or disabled, and when it never is again.
    public var nextAt: Date?
    /// When it was last due and made a job, or was triggered.
    public var lastAt: Date?
    /// The job that was made then.
    public var lastJobID: JobID?
    /// Whether it waits to be resumed.
    public var isPaused: Bool
    /// Why it is disabled; `nil` when it is not.
    ///
    /// Setting it again enables it.
    public var error: String?

    /// Shows what is stored.
    ///
    /// - Parameter record: What is stored.
    public init(_ record: RecurringRecord) {
        let definition = record.definition
        id = definition.id
        name = definition.name
        queue = definition.queue
        arguments = definition.arguments
        schedule = definition.schedule
        lastAt = record.lastAt
        lastJobID = record.lastJobID
        isPaused = record.isPaused
        error = record.error
        do throws(RecurringError) {
            policy = try definition.policy
            summary = try Timetable(schedule).summary
        } catch {
            // Found by whoever looks before a server has come to it.
            self.error = record.error ?? error.message
        }
        let isDue = !isPaused && error == nil
        nextAt = isDue ? record.nextAt.flatMap { $0.timeIntervalSince1970.isFinite ? $0 : nil } : nil
    }
}

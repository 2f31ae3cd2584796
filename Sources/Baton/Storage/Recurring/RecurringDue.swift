#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The entries that are due.
public struct RecurringDue: Sendable, Hashable {
    /// The entries, those that have been due for longest first.
    public var records: [RecurringRecord]
    /// The storage's date, at which they are.
    public var now: Date
    /// How long until the next is due, or is to be looked at again; zero or less when one is, `nil` when none ever is.
    public var nextDue: Duration?

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - records: The entries.
    ///   - now: The storage's date.
    ///   - nextDue: How long until the next is due.
    public init(records: [RecurringRecord], now: Date, nextDue: Duration?) {
        self.records = records
        self.now = now
        self.nextDue = nextDue
    }
}

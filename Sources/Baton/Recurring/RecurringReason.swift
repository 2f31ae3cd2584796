#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// Why there is a job that an entry made, for its history.
package enum RecurringReason {
    /// The schedule made it.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - date: When the entry was due.
    /// - Returns: The words.
    package static func occurrence(of id: String, at date: Date) -> String {
        "Recurring entry “\(id)”, due \(RFC3339.text(date) ?? "at a date out of range")."
    }

    /// Somebody made it.
    ///
    /// - Parameter id: The entry.
    /// - Returns: The words.
    package static func trigger(of id: String) -> String {
        "Recurring entry “\(id)”, triggered."
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// When a job is due that waits for its time.
public enum DueTime: Sendable, Hashable {
    /// At a date, or at once when it has passed.
    case at(Date)
    /// After a while, by the storage's clock.
    case after(Duration)
}

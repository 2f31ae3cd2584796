#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One round of probing one queue (PROTOCOL section 4).
///
/// Random and never used again: a probe of an earlier round that comes back late says nothing about a later one.
public struct ProbeID: Sendable, Hashable, CustomStringConvertible {
    /// The random UUID that the round is stored under and its messages bear.
    public let uuid: UUID

    /// Creates it.
    ///
    /// - Parameter uuid: A random UUID, never one from a sequence.
    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// The UUID in lower case.
    public var description: String {
        uuid.uuidString.lowercased()
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One life of a publisher of dispatch messages: random, new with each start.
public struct PublisherSession: Sendable, Hashable, CustomStringConvertible {
    /// The random UUID that the row of the session is stored under.
    public let uuid: UUID

    /// Creates a session.
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

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One life of a server's consumption of one queue, from before the broker is asked to deliver until a channel of it is gone.
///
/// Random, and new with each life: whatever it held unsettled when it ended comes again, in an order that nobody knows.
public struct ConsumerSession: Sendable, Hashable, CustomStringConvertible {
    /// The random UUID that the session is stored under.
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

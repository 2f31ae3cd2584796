#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What other servers can see of a running server.
///
/// It names a lock that the server's database session holds, and a queue that belongs to its broker connection: both go
/// with the process, at once. One for the life of a server, under whatever epochs it goes on.
public struct ServerPresence: Sendable, Hashable, CustomStringConvertible {
    /// The random UUID that names the lock and the queue.
    public let uuid: UUID

    /// Creates a presence.
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

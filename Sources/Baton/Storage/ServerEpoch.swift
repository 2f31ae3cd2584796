#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One life of a server: random, new with each start and after each certificate of death.
///
/// Together with a claim number it is the fence of a running job (PROTOCOL section 1).
public struct ServerEpoch: Sendable, Hashable, CustomStringConvertible {
    /// The random UUID that the row of the server is stored under.
    public let uuid: UUID

    /// Creates an epoch.
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

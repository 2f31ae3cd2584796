#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A queue whose jobs are not started for the time being, on every server or on one.
public struct QueuePause: Sendable, Hashable {
    /// The queue.
    public var queue: String
    /// The server it is paused on, by ``JobServer/name``; `nil` for every server.
    public var server: String?
    /// Since when.
    public var since: Date
    /// Why, for people.
    public var reason: String?

    /// Creates a pause.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The server it is paused on; `nil` for every server.
    ///   - since: Since when.
    ///   - reason: Why, for people.
    public init(queue: String, server: String? = nil, since: Date, reason: String? = nil) {
        self.queue = queue
        self.server = server
        self.since = since
        self.reason = reason
    }

    /// Whether a server is to start nothing of the queue because of it.
    ///
    /// - Parameter name: The server's name.
    /// - Returns: Whether it is.
    public func concerns(server name: String) -> Bool {
        server == nil || server == name
    }
}

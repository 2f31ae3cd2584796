public import Baton

/// What a trial of early certificates must be able to do to storages.
public struct PresenceControls: Sendable {
    /// The same data as another process reaches it, with sessions of its own.
    public var peer: any JobStorage
    /// Ends that other process, and with it its sessions, without a word.
    public var endPeer: @Sendable () async throws -> Void
    /// Ends the session that shows a server of the subject's own storage, as a broken line does.
    public var loseSession: @Sendable (ServerPresence) async throws -> Void

    /// Creates the controls.
    ///
    /// - Parameters:
    ///   - peer: The same data as another process reaches it.
    ///   - endPeer: Ends that other process without a word.
    ///   - loseSession: Ends the session that shows a server of the subject's own storage.
    public init(
        peer: any JobStorage,
        endPeer: @escaping @Sendable () async throws -> Void,
        loseSession: @escaping @Sendable (ServerPresence) async throws -> Void
    ) {
        self.peer = peer
        self.endPeer = endPeer
        self.loseSession = loseSession
    }
}

/// What storage keeps about servers: their leases, what they run, and their certificates of death (PROTOCOL section 3).
///
/// Each call is durable unless it says otherwise, a compare-and-set, and may be repeated after a lost answer.
public protocol ServerStorage: Sendable {
    // MARK: Living

    /// Registers a server before it consumes.
    ///
    /// - Parameters:
    ///   - server: The server.
    ///   - lease: How long it counts as alive without a heartbeat.
    /// - Throws: ``JobStorageError``.
    func register(_ server: ServerRegistration, lease: Duration) async throws(JobStorageError)

    /// Renews a server's lease and answers its audit (PROTOCOL move 6). Need not be durable.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - lease: How long it counts as alive without another heartbeat.
    ///   - runs: What it runs.
    ///   - takeover: What it says of early certificates; `nil` when it has no part in them.
    /// - Returns: Whether it lives, and where rows and runs disagree.
    /// - Throws: ``JobStorageError``.
    func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun],
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> HeartbeatAnswer

    /// Puts rows back that a living server owns but does not run: generation + 1, the attempt given back.
    ///
    /// - Parameters:
    ///   - runs: The rows.
    ///   - owner: The server.
    ///   - marks: As many marks as there are rows.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> [MarkedDispatch]

    /// Takes a server off the list after its last run ended.
    ///
    /// - Parameter epoch: The server.
    /// - Throws: ``JobStorageError``.
    func deregister(_ epoch: ServerEpoch) async throws(JobStorageError)

    // MARK: Dying

    /// Certifies a server dead whose lease is over; refuses unless the storage itself was up for a whole lease.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - lease: The length of a lease.
    /// - Returns: Whether the certificate was written by this call.
    /// - Throws: ``JobStorageError``.
    func certifyDead(_ epoch: ServerEpoch, lease: Duration) async throws(JobStorageError) -> Bool

    /// Looks at another server, through the session that holds this process's own lock (PROTOCOL section 3).
    ///
    /// - Parameter epoch: The other server.
    /// - Returns: What is to be seen; `nil` when there is no such server, or only its lease may end it.
    /// - Throws: ``JobStorageError``, also when there is no such session at the moment.
    func sightPeer(_ epoch: ServerEpoch) async throws(JobStorageError) -> PeerSighting?

    /// Certifies a server dead before its lease is over, through the session that holds this process's own lock; refuses
    /// when the server has renewed since, when its lock is held, or when this session is younger than the renewal that the
    /// server's offer rests on.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - renewal: Its last renewal, when it was looked at.
    /// - Returns: Whether the certificate was written by this call.
    /// - Throws: ``JobStorageError``.
    func certifyGone(_ epoch: ServerEpoch, renewal: Int64) async throws(JobStorageError) -> Bool
}

extension ServerStorage {
    /// Renews a server's lease and answers its audit, without a part in early certificates.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - lease: How long it counts as alive without another heartbeat.
    ///   - runs: What it runs.
    /// - Returns: Whether it lives, and where rows and runs disagree.
    /// - Throws: ``JobStorageError``.
    public func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun]
    ) async throws(JobStorageError) -> HeartbeatAnswer {
        try await heartbeat(epoch, lease: lease, runs: runs, takeover: nil)
    }
}

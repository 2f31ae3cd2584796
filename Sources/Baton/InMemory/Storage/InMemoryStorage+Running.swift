internal import Locking

extension InMemoryStorage {
    /// Claims jobs for a server.
    ///
    /// - Parameters:
    ///   - messages: What was delivered; each job at most once.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: What became of each, in order.
    /// - Throws: Never; the signature is the protocol's.
    public func claim(
        _ messages: [DispatchMessage],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimOutcome] {
        transaction { tables, now in messages.map { tables.claim($0, owner: owner, claim: claim, at: now) } }
    }

    /// Puts jobs off that nobody has claimed, because this server does not know their names.
    ///
    /// - Parameters:
    ///   - messages: What was delivered; rows that are not enqueued at that generation stay as they are.
    ///   - delay: How long to wait before they are enqueued again.
    ///   - reason: Why, for their histories.
    /// - Returns: Those that have no row.
    /// - Throws: Never; the signature is the protocol's.
    public func postpone(
        _ messages: [DispatchMessage],
        by delay: Duration,
        reason: String
    ) async throws(JobStorageError) -> [DispatchMessage] {
        transaction { tables, now in
            for message in messages { tables.postpone(message, to: now.adding(delay), reason: reason, at: now) }
            return messages.filter { tables.rows[$0.id] == nil }
        }
    }

    /// Stores the ends of runs.
    ///
    /// - Parameters:
    ///   - completions: The ends; each job at most once.
    ///   - owner: The server's epoch.
    /// - Returns: What became of each, in order.
    /// - Throws: Never; the signature is the protocol's.
    public func complete(
        _ completions: [Completion],
        owner: ServerEpoch
    ) async throws(JobStorageError) -> [CompletionOutcome] {
        transaction { tables, now in completions.map { tables.complete($0, owner: owner, at: now) } }
    }

    /// Stores how far runs have come.
    ///
    /// - Parameters:
    ///   - progress: How far; each job at most once.
    ///   - owner: The server's epoch.
    /// - Throws: Never; the signature is the protocol's.
    public func saveProgress(_ progress: [RunProgress], owner: ServerEpoch) async throws(JobStorageError) {
        transaction { tables, _ in
            for progress in progress { tables.note(progress, owner: owner) }
        }
    }

    // MARK: Living

    /// Registers a server before it consumes.
    ///
    /// - Parameters:
    ///   - server: The server.
    ///   - lease: How long it counts as alive without a heartbeat.
    /// - Throws: Never; the signature is the protocol's.
    public func register(_ server: ServerRegistration, lease: Duration) async throws(JobStorageError) {
        transaction { tables, now in tables.register(server, lease: lease, at: now) }
    }

    /// Renews a server's lease and answers its audit.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - lease: How long it counts as alive without another heartbeat.
    ///   - runs: What it runs.
    ///   - takeover: What it says of early certificates; `nil` when it has no part in them.
    /// - Returns: Whether it lives, and where rows and runs disagree.
    /// - Throws: Never; the signature is the protocol's.
    public func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun],
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> HeartbeatAnswer {
        transaction { tables, now in
            guard let renewal = tables.renew(epoch, lease: lease, takeover: takeover, at: now) else {
                return HeartbeatAnswer(isAlive: false, lostRuns: [], ownedRuns: nil)
            }
            let owned = tables.rows.owned(by: epoch).map(\.id)
                .compactMap { id in tables.rows[id]?.claim.map { OwnedRun(id: id, claim: $0) } }
            let held = Set(owned)
            return HeartbeatAnswer(
                isAlive: true,
                lostRuns: runs.filter { !held.contains($0) },
                ownedRuns: owned,
                latePeers: takeover.map { tables.latePeers(of: epoch, after: $0.lateAfter, at: now) } ?? [],
                renewal: renewal,
                pausedQueues: tables.pausedQueues(of: epoch)
            )
        }
    }

    /// Puts rows back that a living server owns but does not run: generation + 1, the attempt given back.
    ///
    /// - Parameters:
    ///   - runs: The rows.
    ///   - owner: The server.
    ///   - marks: As many marks as there are rows.
    /// - Returns: What is to be published.
    /// - Throws: Never; the signature is the protocol's.
    public func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        transaction { tables, now in tables.putBackUnheld(runs, owner: owner, marks, at: now) }
    }

    /// Takes a server off the list after its last run ended.
    ///
    /// - Parameter epoch: The server.
    /// - Throws: Never; the signature is the protocol's.
    public func deregister(_ epoch: ServerEpoch) async throws(JobStorageError) {
        transaction { tables, now in tables.deregister(epoch, at: now) }
    }
}

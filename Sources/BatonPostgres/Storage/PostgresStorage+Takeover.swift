public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Looks at another server, through the session that holds this process's own locks.
    ///
    /// - Parameter epoch: The other server.
    /// - Returns: What is to be seen; `nil` when there is no such server, or only its lease may end it.
    /// - Throws: ``JobStorageError``, also when there is no such session at the moment.
    public func sightPeer(_ epoch: ServerEpoch) async throws(JobStorageError) -> PeerSighting? {
        let sql = try await ready().takeover.sight
        let session = try await presence.looking()
        let result = try await perform(on: session.connection, PostgresStatement(sql, epoch.uuid))
        let sessionAge = session.since.duration(to: .now)
        return try reading { () throws(PostgresError) in
            guard let row = result.first else { return nil }
            return PeerSighting(
                presence: ServerPresence(try row.decode(UUID.self, 0)),
                isLocked: try row.decode(Bool.self, 3),
                renewal: try row.decode(Int64.self, 1),
                stoodAge: .microseconds(try row.decode(Int64.self, 2)),
                sessionAge: sessionAge
            )
        }
    }

    /// Certifies a server dead before its lease is over, through the session that holds this process's own locks.
    ///
    /// Refuses when the server has renewed since, when its lock is held, or when this session is younger than the renewal
    /// that the server's offer rests on.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - renewal: Its last renewal, when it was looked at.
    /// - Returns: Whether the certificate was written by this call.
    /// - Throws: ``JobStorageError``.
    public func certifyGone(_ epoch: ServerEpoch, renewal: Int64) async throws(JobStorageError) -> Bool {
        let sql = try await ready().takeover.certify
        let session = try await presence.looking()
        return try await !perform(on: session.connection, PostgresStatement(sql, epoch.uuid, renewal)).isEmpty
    }

    /// Renews a lease, through the session that holds the server's lock if there is one.
    ///
    /// The scheduler and the reconciler do not hold it up there. A session that fails or does not answer costs no
    /// heartbeat: the renewal goes the other way then, and offers nothing.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - lease: How long it counts as alive without another heartbeat.
    ///   - takeover: What it says of early certificates.
    /// - Returns: What ``ServerStatements/renew`` returns.
    /// - Throws: ``JobStorageError``.
    func renew(
        _ epoch: ServerEpoch,
        lease: Duration,
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> PostgresResult {
        let sql = try await ready().server.renew
        let (stoodAfter, lateAfter) = (takeover?.stoodAfter, takeover?.lateAfter.microseconds)
        let statement = { @Sendable (process: Int32?) in
            PostgresStatement(sql, epoch.uuid, lease.microseconds, process, lateAfter, stoodAfter)
        }
        if takeover != nil {
            let answer = await within(Self.sessionPatience(lease)) { [presence] in
                await presence.renew(epoch, statement)
            } orElse: { [presence] in
                // Closed, it ends the try at once. A cancel request would wait for an answer over a line that has none.
                await presence.giveUp()
            }
            if let answer = answer ?? nil { return answer }
        }
        return try await performInTime(statement(nil), lease: lease)
    }

    /// Runs a statement of a heartbeat, and gives it up while there is time for another heartbeat.
    ///
    /// - Parameters:
    ///   - statement: The statement.
    ///   - lease: The lease that must not run out over it.
    /// - Returns: Its result.
    /// - Throws: ``JobStorageError``.
    func performInTime(
        _ statement: PostgresStatement,
        lease: Duration
    ) async throws(JobStorageError) -> PostgresResult {
        let answer = await within(Self.patience(lease)) { () -> Result<PostgresResult, JobStorageError> in
            do throws(JobStorageError) {
                return .success(try await self.perform(on: self.upkeep, statement))
            } catch {
                return .failure(error)
            }
        }
        guard let answer else {
            throw JobStorageError(.outcomeUnknown, "PostgreSQL did not answer a heartbeat for a third of the lease.")
        }
        return try answer.get()
    }

    /// How long one statement of a heartbeat may take.
    ///
    /// A part of the lease, so that a server which gets no answer one way still renews in time another way.
    private static func patience(_ lease: Duration) -> Duration { lease / 3 }

    /// How long a renewal may take through the session that holds the server's lock.
    ///
    /// Heartbeats are at most a fifth of the lease apart. A sixth for the session and a third for the other way make seven
    /// tenths: whatever becomes of the session, the renewal comes through while the lease lasts.
    private static func sessionPatience(_ lease: Duration) -> Duration { lease / 6 }
}

/// Gives up after a while.
///
/// - Parameters:
///   - patience: How long to wait.
///   - body: What to wait for; it is cancelled then, and must end at once.
///   - giveUp: What is done then before the body is cancelled, so that it ends at once.
/// - Returns: What the body returns, or `nil`.
private func within<Value: Sendable>(
    _ patience: Duration,
    _ body: @Sendable @escaping () async -> Value,
    orElse giveUp: @Sendable @escaping () async -> Void = {}
) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await body() }
        group.addTask {
            do {
                try await Task.sleep(for: patience)
                await giveUp()
            } catch {
                // The body has ended.
            }
            return nil
        }
        defer { group.cancelAll() }
        return await group.next() ?? nil
    }
}

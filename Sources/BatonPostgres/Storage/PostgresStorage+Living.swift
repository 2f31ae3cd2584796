public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Registers a server before it consumes.
    ///
    /// - Parameters:
    ///   - server: The server.
    ///   - lease: How long it counts as alive without a heartbeat.
    /// - Throws: ``JobStorageError``.
    public func register(_ server: ServerRegistration, lease: Duration) async throws(JobStorageError) {
        let sql = try await ready().server.register
        let statement = PostgresStatement(
            sql,
            server.epoch.uuid,
            server.name,
            Int64(server.processID),
            server.queues,
            Int32(clamping: server.concurrency),
            server.jobNames,
            lease.microseconds,
            server.presence?.uuid
        )
        try await perform(on: upkeep, statement)
        if let presence = server.presence {
            await self.presence.show(server.epoch, by: presence, replacing: server.replacedEpoch)
        }
    }

    /// Renews a server's lease and answers its audit.
    ///
    /// Not durable at once.
    ///
    /// A run that ended while the question was under way may be among the lost ones.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - lease: How long it counts as alive without another heartbeat.
    ///   - runs: What it runs.
    ///   - takeover: What it says of early certificates; `nil` when it has no part in them.
    /// - Returns: Whether it lives, and where rows and runs disagree.
    /// - Throws: ``JobStorageError``.
    public func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun],
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> HeartbeatAnswer {
        // Where the table is not tiny, the renewal is committed by itself: a lease must not wait for a look through it.
        let renewed = try await renew(epoch, lease: lease, takeover: takeover)
        guard let renewal = renewed.first else { return HeartbeatAnswer(isAlive: false, lostRuns: [], ownedRuns: nil) }
        var answer = HeartbeatAnswer(isAlive: true, lostRuns: [], ownedRuns: nil)
        try reading { () throws(PostgresError) in
            answer.latePeers = try renewal.decode([UUID].self, 0).map(ServerEpoch.init)
            answer.renewal = try renewal.decode(Int64.self, 1)
            if let ids = try renewal.decode([UUID]?.self, 2), let claims = try renewal.decode([Int64]?.self, 3) {
                answer.ownedRuns = zip(ids, claims).map { OwnedRun(id: JobID($0), claim: $1) }
            }
            answer.pausedQueues = Set(try renewal.decode([String].self, 4))
        }
        var held = Set(answer.ownedRuns ?? [])
        if answer.ownedRuns == nil {
            (answer.ownedRuns, held) = try await audit(epoch, lease: lease, runs: runs)
        }
        answer.lostRuns = runs.filter { !held.contains($0) }
        return answer
    }

    /// Compares what runs with what is stored.
    ///
    /// - Returns: Every row of the server, or `nil` while the table is not looked through to its end; and which of the runs
    ///   are still its own.
    private func audit(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun]
    ) async throws(JobStorageError) -> (owned: [OwnedRun]?, held: Set<OwnedRun>) {
        let walk = await walks.walk(for: .runs(of: epoch))
        let statement = PostgresStatement(
            try await ready().server.audit,
            epoch.uuid,
            runs.map(\.id.uuid),
            walk.first,
            walk.end,
            walk.begunAt,
            walk.found.map(\.uuid)
        )
        let result = try await performInTime(statement, lease: lease)
        var (owned, held): ([OwnedRun], Set<OwnedRun>) = ([], [])
        var looked: (blocks: Int, at: Date)?
        try reading { () throws(PostgresError) in
            for row in result {
                guard let kind = HeartbeatRow(rawValue: try row.decode(Int16.self, 0)) else {
                    throw PostgresError(.decodingFailed, "There is no such kind of row")
                }
                switch kind {
                case .looked: looked = (try row.decode(Int.self, 2), try row.decode(Date.self, 3))
                case .held: held.insert(try row.ownedRun())
                case .owned, .foundBefore: owned.append(try row.ownedRun())
                }
            }
        }
        guard let looked else { return (nil, held) }
        let isWhole = await walks.advance(
            .runs(of: epoch),
            finding: owned.map(\.id),
            of: looked.blocks,
            at: looked.at
        )
        return (isWhole ? owned : nil, held)
    }

    /// Puts rows back that a living server owns but does not run: generation + 1, the attempt given back.
    ///
    /// - Parameters:
    ///   - runs: The rows.
    ///   - owner: The server.
    ///   - marks: As many marks as there are rows.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    public func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        let sql = try await ready().server.putBackUnheld
        let sorted = runs.prefix(marks.count).inJobOrder(\.id)
        if sorted.isEmpty { return [] }
        let result = try await perform(
            on: upkeep,
            PostgresStatement(
                sql,
                sorted.map(\.id.uuid),
                owner.uuid,
                sorted.map(\.claim),
                marks.session?.uuid,
                sorted.indices.map { marks[$0]?.sequence },
                RepairReason.unheld
            )
        )
        return try reading { () throws(PostgresError) in try result.markedDispatches() }
    }

    /// Takes a server off the list after its last run ended.
    ///
    /// - Parameter epoch: The server.
    /// - Throws: ``JobStorageError``.
    public func deregister(_ epoch: ServerEpoch) async throws(JobStorageError) {
        let sql = try await ready()
        let steps = [sql.probe.endConsumers, sql.server.deregister].map { PostgresStatement($0, epoch.uuid) }
        try await perform(on: upkeep, steps)
        await walks.forget(.runs(of: epoch))
        await presence.hide(epoch)
    }
}

extension PostgresRow {
    fileprivate func ownedRun() throws(PostgresError) -> OwnedRun {
        OwnedRun(id: JobID(try decode(UUID.self, 1)), claim: try decode(Int64.self, 2))
    }
}

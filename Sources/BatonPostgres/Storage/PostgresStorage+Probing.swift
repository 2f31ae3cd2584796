public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Registers a consumer session, before the broker is asked to deliver.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - queue: The queue it consumes.
    ///   - owner: The server's epoch. With its certificate, and when it leaves the list, its sessions end.
    ///   - replaced: The server's earlier session of the queue, which ends with this; `nil` for the first.
    /// - Returns: Whether it is registered; not where the epoch is not alive.
    /// - Throws: ``JobStorageError``.
    public func openConsumer(
        _ session: ConsumerSession,
        of queue: String,
        owner: ServerEpoch,
        replacing replaced: ConsumerSession?
    ) async throws(JobStorageError) -> Bool {
        let sql = try await ready().probe
        let results = try await perform(
            on: upkeep,
            [
                PostgresStatement(sql.lockQueue, queue),
                PostgresStatement(sql.openConsumer, queue, session.uuid, owner.uuid, replaced?.uuid),
            ]
        )
        return try reading { () throws(PostgresError) in try results.last?.first?.decode(Bool.self, 0) ?? false }
    }

    /// Begins a round: stores every publisher session's watermark, and the queue's open consumer sessions.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - queue: The queue.
    ///   - quiet: How long no consumer session may have ended.
    ///   - patience: How long the first round may take.
    /// - Returns: Whether this call began it, and whether the round before is a loss now.
    /// - Throws: ``JobStorageError``.
    public func openProbe(
        _ probe: ProbeID,
        of queue: String,
        quiet: Duration,
        patience: Duration
    ) async throws(JobStorageError) -> ProbeOpening {
        let sql = try await ready().probe
        let results = try await perform(
            on: upkeep,
            [
                PostgresStatement(sql.lockQueue, queue),
                PostgresStatement(sql.noteEnded, queue),
                PostgresStatement(sql.clear, queue),
                PostgresStatement(sql.open, queue, probe.uuid, quiet.microseconds, patience.microseconds),
            ]
        )
        return try reading { () throws(PostgresError) in
            ProbeOpening(
                isOpen: try results.last?.first?.decode(Bool.self, 0) ?? false,
                isLoss: try results[2].first?.decode(Bool.self, 1) ?? false
            )
        }
    }

    /// The rounds that are open and not given up or void.
    ///
    /// - Parameter queues: Of which queues.
    /// - Returns: The rounds; those that have just become void say so, and whether they are losses, once.
    /// - Throws: ``JobStorageError``.
    public func probes(of queues: [String]) async throws(JobStorageError) -> [ProbeRound] {
        let sql = try await ready().probe
        if queues.isEmpty { return [] }
        let result = try await perform(on: upkeep, PostgresStatement(sql.list, queues))
        var rounds: [ProbeRound] = []
        try reading { () throws(PostgresError) in
            for row in result {
                let round = try row.probeRound()
                if rounds.last?.id == round.id {
                    rounds[rounds.count - 1].consumers += round.consumers
                } else {
                    rounds.append(round)
                }
            }
        }
        var told: [ProbeRound] = []
        for round in rounds {
            guard round.isVoid else {
                told.append(round)
                continue
            }
            let ended = try await perform(
                on: upkeep,
                [PostgresStatement(sql.lock, round.id.uuid), PostgresStatement(sql.endVoid, round.id.uuid)]
            )
            let isLoss = try reading { () throws(PostgresError) in try ended.last?.first?.decode(Bool.self, 1) }
            // Otherwise somebody else has ended it and tells of it.
            guard let isLoss else { continue }
            var round = round
            round.isLoss = isLoss
            told.append(round)
        }
        return told
    }

    /// Notes that a consumer session counts from now on what it gives back.
    ///
    /// - Parameters:
    ///   - consumer: The session.
    ///   - probe: The round.
    /// - Returns: Whether all sessions have joined by now and this call moved the round to ``ProbeRound/Phase/published``.
    /// - Throws: ``JobStorageError``.
    public func join(_ consumer: ConsumerSession, to probe: ProbeID) async throws(JobStorageError) -> Bool {
        let sql = try await ready().probe
        return try await move(probe, sql.lock, with: consumer, [sql.join, sql.publish])
    }

    /// Notes that a probe has come back from a lane of its queue.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - lane: Which lane, from zero.
    ///   - lanes: How many lanes the queue has.
    /// - Returns: Whether this call moved the round to ``ProbeRound/Phase/returned``.
    /// - Throws: ``JobStorageError``.
    public func noteReturn(of probe: ProbeID, lane: Int, of lanes: Int) async throws(JobStorageError) -> Bool {
        let sql = try await ready().probe
        let numbers = (lane: Int32(clamping: lane), lanes: Int32(clamping: lanes))
        let results = try await perform(
            on: upkeep,
            [
                PostgresStatement(sql.lock, probe.uuid),
                PostgresStatement(sql.noteReturn, probe.uuid, numbers.lane, numbers.lanes),
            ]
        )
        return try reading { () throws(PostgresError) in try results.last?.first?.decode(Bool.self, 0) ?? false }
    }

    /// Notes that a consumer session has passed; concludes the round when it was the last.
    ///
    /// - Parameters:
    ///   - consumer: The session.
    ///   - probe: The round, which must have returned.
    /// - Returns: Whether this call concluded the round, which is a loss now.
    /// - Throws: ``JobStorageError``.
    public func pass(_ consumer: ConsumerSession, in probe: ProbeID) async throws(JobStorageError) -> Bool {
        let sql = try await ready().probe
        return try await move(probe, sql.lock, with: consumer, [sql.pass, sql.conclude])
    }

    /// Ends a round that proves nothing.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - reason: Why, for people.
    /// - Returns: Whether this call made it a loss, as the last of so many in a row.
    /// - Throws: ``JobStorageError``.
    public func voidProbe(_ probe: ProbeID, reason: String) async throws(JobStorageError) -> Bool {
        let sql = try await ready().probe
        let results = try await perform(
            on: upkeep,
            [PostgresStatement(sql.lock, probe.uuid), PostgresStatement(sql.void, probe.uuid, reason)]
        )
        return try reading { () throws(PostgresError) in try results.last?.first?.decode(Bool.self, 1) ?? false }
    }

    /// Notes something of a session, and moves the round when all have done it.
    ///
    /// - Returns: Whether the last statement moved it.
    private func move(
        _ probe: ProbeID,
        _ lock: String,
        with consumer: ConsumerSession,
        _ statements: [String]
    ) async throws(JobStorageError) -> Bool {
        let steps = statements.map { PostgresStatement($0, probe.uuid, consumer.uuid) }
        let results = try await perform(on: upkeep, [PostgresStatement(lock, probe.uuid)] + steps)
        return results.last?.isEmpty == false
    }
}

extension PostgresRow {
    /// Reads a row of ``ProbeStatements/list``: a round with at most one of its sessions.
    fileprivate func probeRound() throws(PostgresError) -> ProbeRound {
        guard let phase = ProbeRound.Phase(rawValue: Int(try decode(Int16.self, 2))) else {
            throw PostgresError(.decodingFailed, "There is no such phase")
        }
        var round = ProbeRound(
            id: ProbeID(try decode(UUID.self, 0)),
            queue: try decode(String.self, 1),
            phase: phase,
            consumers: [],
            isVoid: try decode(Bool.self, 3)
        )
        if let session = try decode(UUID?.self, 4) {
            round.consumers = [
                ProbeRound.Consumer(
                    session: ConsumerSession(session),
                    hasJoined: try decode(Bool.self, 5),
                    hasPassed: try decode(Bool.self, 6)
                )
            ]
        }
        return round
    }
}

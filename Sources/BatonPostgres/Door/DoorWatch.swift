internal import Baton
internal import PostgresClient

/// Waits for jobs that come in by SQL, without asking again and again.
///
/// Producers tell of a job, at their commit, only while the door is armed: `NOTIFY` takes a lock from one commit to the
/// next, so it must not come with every one. The first server that is told takes the arm off; from then on the door is
/// looked at every ``busyInterval`` as long as something comes, and then armed again. So a producer's job leaves as soon as
/// it is committed when little comes, and within that interval when much does.
///
/// A producer inserts its row, then reads the arm, and may commit long after. Whoever has not seen the arm had inserted
/// before: its transaction is older than one that begins after arming. Until all of those are over, the door is looked at
/// every ``pollInterval``; after that nothing can come of which nobody tells.
actor DoorWatch: ArrivalWatch {
    private enum Phase {
        /// Not armed; to be looked at and armed at that time.
        case open(at: ContinuousClock.Instant)
        /// Armed; to be looked at, at that time, as long as transactions are open that are older than the horizon.
        case settling(horizon: Int64, at: ContinuousClock.Instant)
        /// Armed, and nobody can come who has not seen it.
        case armed
    }

    private typealias Look = (hasRows: Bool, oldest: Int64)

    /// How soon it is looked again after something came.
    static let busyInterval = Duration.milliseconds(25)
    /// How soon after arming it is first looked whether older transactions are over: mostly they are.
    static let settlingInterval = Duration.milliseconds(50)
    /// How often it is looked while somebody may commit without a sign.
    static let pollInterval = Duration.milliseconds(500)

    private let storage: PostgresStorage
    private var phase = Phase.open(at: .now)
    private var known = DoorSigns()
    /// Whether the caller can publish what is found, as it said last.
    private var looks = false

    init(_ storage: PostgresStorage) {
        self.storage = storage
    }

    func next(canPublish: Bool, patience: Duration) async throws(JobStorageError) -> Arrivals {
        let sql = try await storage.ready().door
        let deadline = ContinuousClock.now + patience
        if canPublish && !looks {
            let found = try await look(sql.look)
            // Not before the answer: what is there already, no sign tells of.
            looks = true
            if found.hasRows { return Arrivals(hasUnpublished: true) }
        }
        looks = canPublish
        while !Task.isCancelled {
            let now = ContinuousClock.now
            let signs = await storage.listener.door
            if let arrivals = try await heed(signs, sql, at: now) { return arrivals }
            let wakeTime: ContinuousClock.Instant
            switch phase {
            case .open(let time), .settling(_, let time):
                if time <= now {
                    if let arrivals = try await step(sql) { return arrivals }
                    continue
                }
                wakeTime = min(time, deadline)
            case .armed: wakeTime = deadline
            }
            if now >= deadline { break }
            await storage.listener.waitAtDoor(knowing: signs, atMost: now.duration(to: wakeTime))
        }
        return Arrivals()
    }

    /// Takes note of what was said.
    private func heed(
        _ signs: DoorSigns,
        _ sql: DoorStatements,
        at now: ContinuousClock.Instant
    ) async throws(JobStorageError) -> Arrivals? {
        if signs.resets != known.resets || signs.isListening != known.isListening {
            // Whatever was said meanwhile is lost.
            known = signs
            phase = .open(at: now)
            return nil
        }
        defer { known.disarmed = signs.disarmed }
        guard signs.ready != known.ready || signs.scheduled != known.scheduled else {
            // Another server has taken the arm off, and looks itself for a while; this one's own word comes back, too.
            if signs.disarmed != known.disarmed {
                if case .open = phase {} else { phase = .open(at: now + Self.busyInterval) }
            }
            return nil
        }
        let found = try await look(sql.disarm)
        let hasScheduled = signs.scheduled != known.scheduled
        (known.ready, known.scheduled) = (signs.ready, signs.scheduled)
        phase = .open(at: .now + Self.busyInterval)
        return await arrivals(found, mayHaveScheduled: hasScheduled) ?? Arrivals()
    }

    /// Does what it is time for.
    private func step(_ sql: DoorStatements) async throws(JobStorageError) -> Arrivals? {
        switch phase {
        case .open where !known.isListening:
            let found = try await look(sql.look)
            phase = .open(at: .now + Self.pollInterval)
            return await arrivals(found)
        case .open:
            if looks, let arrivals = await arrivals(try await look(sql.look)) {
                phase = .open(at: .now + Self.busyInterval)
                return arrivals
            }
            try await storage.perform(on: storage.upkeep, PostgresStatement(sql.arm))
            let result = try await storage.perform(on: storage.upkeep, PostgresStatement(sql.lookArmed))
            let found = try read(result)
            let horizon = try storage.reading { () throws(PostgresError) in
                try result.first?.decode(Int64.self, 2) ?? .max
            }
            phase = .settling(horizon: horizon, at: .now + Self.settlingInterval)
            return await arrivals(found)
        case .settling(let horizon, _):
            let found = try await look(sql.look)
            let isOver = found.oldest >= horizon
            phase = isOver ? .armed : .settling(horizon: horizon, at: .now + Self.pollInterval)
            // Those transactions may have left jobs, too, that become due soon.
            return await arrivals(found, mayHaveScheduled: isOver)
        case .armed: return nil
        }
    }

    /// What a look has found; where nobody publishes it, those are woken who claim without messages.
    private func arrivals(_ found: Look, mayHaveScheduled: Bool = false) async -> Arrivals? {
        if found.hasRows && !looks { await storage.listener.nudge() }
        let arrivals = Arrivals(hasUnpublished: found.hasRows && looks, mayHaveScheduled: mayHaveScheduled)
        return arrivals == Arrivals() ? nil : arrivals
    }

    private func look(_ sql: String) async throws(JobStorageError) -> Look {
        try read(try await storage.perform(on: storage.upkeep, PostgresStatement(sql)))
    }

    private func read(_ result: PostgresResult) throws(JobStorageError) -> Look {
        try storage.reading { () throws(PostgresError) in
            guard let row = result.first else { throw PostgresError(.decodingFailed, "The look has no row") }
            return (try row.decode(Bool.self, 0), try row.decode(Int64.self, 1))
        }
    }
}

package import Baton

/// What is known of messages that the broker may have lost.
extension SimulatedStorage {
    package func openConsumer(
        _ session: ConsumerSession,
        of queue: String,
        owner: ServerEpoch,
        replacing replaced: ConsumerSession?
    ) async throws(JobStorageError) -> Bool {
        let (world, process) = (world, process)
        return try await call(.openConsumer) { (storage) async throws(JobStorageError) in
            let isOpen = try await storage.openConsumer(session, of: queue, owner: owner, replacing: replaced)
            if isOpen { world.losses.consumes(session, process: process, since: world.databaseClock.date) }
            return isOpen
        }
    }

    package func findWaiting(
        longerThan age: Duration,
        interval: Duration
    ) async throws(JobStorageError) -> [WaitingQueue] {
        try await call(.findWaiting) { (storage) async throws(JobStorageError) in
            try await storage.findWaiting(longerThan: age, interval: interval)
        }
    }

    package func openProbe(
        _ probe: ProbeID,
        of queue: String,
        quiet: Duration,
        patience: Duration
    ) async throws(JobStorageError) -> ProbeOpening {
        let world = world
        return try await call(.openProbe) { (storage) async throws(JobStorageError) in
            world.losses.stored(probe, at: world.scheduler.now, world.databaseClock.date)
            let opening = try await Self.ending(world, storage) { () async throws(JobStorageError) in
                try await storage.openProbe(probe, of: queue, quiet: quiet, patience: patience)
            }
            if opening.isOpen { world.scheduler.note("round begun", process: SimulationWorld.network) }
            return opening
        }
    }

    package func probes(of queues: [String]) async throws(JobStorageError) -> [ProbeRound] {
        let world = world
        return try await call(.probes) { (storage) async throws(JobStorageError) in
            try await Self.ending(world, storage) { () async throws(JobStorageError) in
                try await storage.probes(of: queues)
            }
        }
    }

    package func join(_ consumer: ConsumerSession, to probe: ProbeID) async throws(JobStorageError) -> Bool {
        try await call(.join) { (storage) async throws(JobStorageError) in
            try await storage.join(consumer, to: probe)
        }
    }

    package func noteReturn(of probe: ProbeID, lane: Int, of lanes: Int) async throws(JobStorageError) -> Bool {
        try await call(.noteReturn) { (storage) async throws(JobStorageError) in
            try await storage.noteReturn(of: probe, lane: lane, of: lanes)
        }
    }

    package func pass(_ consumer: ConsumerSession, in probe: ProbeID) async throws(JobStorageError) -> Bool {
        let world = world
        return try await call(.pass) { (storage) async throws(JobStorageError) in
            let queue = storage.read { tables in tables.probing.first { $1.round?.id == probe }?.key }
            let isLast = try await storage.pass(consumer, in: probe)
            if isLast, let queue { world.losses.concluded(queue) }
            if isLast { world.scheduler.note("round concluded", process: SimulationWorld.network) }
            return isLast
        }
    }

    package func voidProbe(_ probe: ProbeID, reason: String) async throws(JobStorageError) -> Bool {
        let world = world
        return try await call(.voidProbe) { (storage) async throws(JobStorageError) in
            world.scheduler.note("round void", process: SimulationWorld.network, reason)
            let now = world.databaseClock.date
            if world.defects.contains(.suspectsAtOnce) { Self.suspect(probe, in: storage, at: now) }
            return try await Self.ending(world, storage) { () async throws(JobStorageError) in
                try await storage.voidProbe(probe, reason: reason)
            }
        }
    }

    /// Has the ledger see which rounds a call ends.
    private static func ending<Answer>(
        _ world: SimulationWorld,
        _ storage: InMemoryStorage,
        _ body: () async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        let before = storage.read(\.probing)
        let answer = try await body()
        world.losses.ended(before, storage.read(\.probing), at: world.databaseClock.date)
        return answer
    }

    package func recordLoss(_ loss: ProbeID, of queue: String) async throws(JobStorageError) {
        let world = world
        try await call(.recordLoss) { (storage) async throws(JobStorageError) in
            world.losses.stored(loss, at: world.scheduler.now, world.databaseClock.date, ofMissingQueue: true)
            try await storage.recordLoss(loss, of: queue)
        }
    }

    package func settleLoss(_ loss: ProbeID, isConfirmed: Bool) async throws(JobStorageError) -> Bool {
        try await call(.settleLoss) { (storage) async throws(JobStorageError) in
            try await storage.settleLoss(loss, isConfirmed: isConfirmed)
        }
    }

    package func requeueLost(marks: PublishMarkRange) async throws(JobStorageError) -> LossRepair {
        let world = world
        return try await call(.requeueLost, as: .move(.requeueLost)) { (storage) async throws(JobStorageError) in
            let loss = storage.read { $0.losses.first(where: \.isConfirmed) }
            var repair = try await storage.requeueLost(marks: marks)
            world.adoptions.tookOver(repair.dispatches.map(\.message), for: marks.session, at: world.databaseClock.date)
            let isSuspicion = loss.map(world.losses.isSuspicion) ?? false
            if isSuspicion { world.losses.suspected(repair.dispatches.count) }
            for dispatch in repair.dispatches {
                guard let loss else { break }
                let hasCopy = storage.read { tables in
                    world.losses.hasCopy(of: dispatch.message, in: loss, quiet: world.consumerQuiet, tables)
                }
                let name = world.ledger.name(dispatch.message.id)
                world.scheduler.note("lost", process: SimulationWorld.network, name)
                if !world.losses.hasArrived(dispatch.message, before: loss) {
                    world.ledger.report("a watermark passed \(name), whose message had never come to the broker")
                }
                if hasCopy, !isSuspicion {
                    world.ledger.report("I6: \(name) passed for lost while there was a copy of its message")
                }
            }
            if world.defects.contains(.republishesUnderNewGeneration) {
                storage.change { tables in
                    for index in repair.dispatches.indices {
                        repair.dispatches[index].message.generation += 1
                        tables.rows[repair.dispatches[index].message.id]?.generation += 1
                    }
                }
            }
            return repair
        }
    }
}

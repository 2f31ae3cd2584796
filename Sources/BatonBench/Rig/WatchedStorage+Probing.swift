import Baton

/// Rounds and losses, handed on.
extension WatchedStorage {
    func openConsumer(
        _ session: ConsumerSession,
        of queue: String,
        owner: ServerEpoch,
        replacing replaced: ConsumerSession?
    ) async throws(JobStorageError) -> Bool {
        try await storage.openConsumer(session, of: queue, owner: owner, replacing: replaced)
    }

    func findWaiting(
        longerThan age: Duration,
        interval: Duration
    ) async throws(JobStorageError) -> [WaitingQueue] {
        try await watch.looks.time { () async throws(JobStorageError) in
            try await storage.findWaiting(longerThan: age, interval: interval)
        }
    }

    func openProbe(
        _ probe: ProbeID,
        of queue: String,
        quiet: Duration,
        patience: Duration
    ) async throws(JobStorageError) -> ProbeOpening {
        try await storage.openProbe(probe, of: queue, quiet: quiet, patience: patience)
    }

    func probes(of queues: [String]) async throws(JobStorageError) -> [ProbeRound] {
        try await storage.probes(of: queues)
    }

    func join(_ consumer: ConsumerSession, to probe: ProbeID) async throws(JobStorageError) -> Bool {
        try await storage.join(consumer, to: probe)
    }

    func noteReturn(of probe: ProbeID, lane: Int, of lanes: Int) async throws(JobStorageError) -> Bool {
        try await storage.noteReturn(of: probe, lane: lane, of: lanes)
    }

    func pass(_ consumer: ConsumerSession, in probe: ProbeID) async throws(JobStorageError) -> Bool {
        try await storage.pass(consumer, in: probe)
    }

    func voidProbe(_ probe: ProbeID, reason: String) async throws(JobStorageError) -> Bool {
        try await storage.voidProbe(probe, reason: reason)
    }

    func recordLoss(_ loss: ProbeID, of queue: String) async throws(JobStorageError) {
        try await storage.recordLoss(loss, of: queue)
    }

    func settleLoss(_ loss: ProbeID, isConfirmed: Bool) async throws(JobStorageError) -> Bool {
        try await storage.settleLoss(loss, isConfirmed: isConfirmed)
    }

    func requeueLost(marks: PublishMarkRange) async throws(JobStorageError) -> LossRepair {
        try await storage.requeueLost(marks: marks)
    }
}

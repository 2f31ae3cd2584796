// Only until every home implements it.
extension ProbeStorage {
    public func openConsumer(
        _ session: ConsumerSession,
        of queue: String,
        owner: ServerEpoch,
        replacing replaced: ConsumerSession?
    ) async throws(JobStorageError) {}
    public func findWaiting(
        longerThan age: Duration,
        interval: Duration
    ) async throws(JobStorageError) -> [WaitingQueue] { [] }
    public func openProbe(
        _ probe: ProbeID,
        of queue: String,
        quiet: Duration,
        patience: Duration
    ) async throws(JobStorageError) -> Bool { false }
    public func probes(of queues: [String]) async throws(JobStorageError) -> [ProbeRound] { [] }
    public func join(_ consumer: ConsumerSession, to probe: ProbeID) async throws(JobStorageError) -> Bool { false }
    public func noteReturn(
        of probe: ProbeID,
        lane: Int,
        of lanes: Int
    ) async throws(JobStorageError) -> Bool { false }
    public func pass(_ consumer: ConsumerSession, in probe: ProbeID) async throws(JobStorageError) -> Bool { false }
    public func voidProbe(_ probe: ProbeID, reason: String) async throws(JobStorageError) {}
    public func recordLoss(_ loss: ProbeID, of queue: String) async throws(JobStorageError) {}
    public func settleLoss(_ loss: ProbeID, isConfirmed: Bool) async throws(JobStorageError) {}
    public func requeueLost(marks: PublishMarkRange) async throws(JobStorageError) -> LossRepair {
        LossRepair(dispatches: [], hasMore: false)
    }
}

extension JobTransport {
    public func watch(_ watch: any QueueWatch) {}
    public func publish(_ probe: ProbeID, to queue: String) async -> Bool { false }
}

extension JobConsumer {
    public func catchUp(queue: String, probe: ProbeID) async -> Bool { false }
}

@testable import Baton

/// A storage in memory with servers, a session and jobs, for tests of single moves.
struct StorageRig {
    let clock = ManualClock()
    let storage: InMemoryStorage
    let owner = Sample.epoch(1)
    let session = Sample.session(1)
    let lease = Duration.seconds(15)

    init() {
        storage = InMemoryStorage(clock: clock)
    }

    func register(_ epoch: ServerEpoch, presence: ServerPresence? = nil) async throws {
        try await storage.register(
            ServerRegistration(
                epoch: epoch,
                name: "server",
                processID: 1,
                queues: ["default"],
                concurrency: 1,
                jobNames: ["sample"],
                presence: presence
            ),
            lease: lease
        )
    }

    @discardableResult
    func beat(_ epoch: ServerEpoch, takeover: TakeoverTerms? = nil) async throws -> HeartbeatAnswer {
        try await storage.heartbeat(epoch, lease: lease, runs: [], takeover: takeover)
    }

    func mark(_ sequence: Int64) -> PublishMark {
        PublishMark(session: session, sequence: sequence)
    }

    func marks(_ sequences: Range<Int64>) -> PublishMarkRange {
        PublishMarkRange(session: session, sequences: sequences)
    }

    func insert(_ jobs: NewJob...) async throws {
        _ = try await storage.insert(jobs, isRepeated: false)
    }

    /// Stores and claims a job.
    func claim(_ number: Int, claim: Int64 = 1, attempts: Int = 10) async throws -> ClaimOutcome? {
        try await insert(.plain(Sample.id(number), attempts: attempts, .enqueued(mark(Int64(number)))))
        return try await storage.claim([Sample.message(number)], owner: owner, claim: claim).first
    }

    func complete(_ number: Int, claim: Int64 = 1, _ outcome: Completion.Outcome) async throws -> CompletionOutcome? {
        let completion = Completion(
            id: Sample.id(number),
            claim: claim,
            generation: 1,
            duration: .microseconds(1_500),
            latency: .milliseconds(2),
            outcome: outcome
        )
        return try await storage.complete([completion], owner: owner).first
    }

    func row(_ number: Int) -> InMemoryTables.Row? {
        storage.read { $0.rows[Sample.id(number)] }
    }

    func entries(_ number: Int) -> [JobHistoryEntry] {
        row(number)?.history ?? []
    }
}

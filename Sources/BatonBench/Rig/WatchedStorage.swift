import Baton
import ServiceLifecycle

/// A storage that also tells which jobs it has just recorded as succeeded, and how long reconcilers have looked.
struct WatchedStorage: JobStorage {
    let storage: any JobStorage
    let watch: ReconcilerWatch
    private let onSuccess: @Sendable ([JobID]) -> Void

    init(_ storage: any JobStorage, _ watch: ReconcilerWatch, onSuccess: @escaping @Sendable ([JobID]) -> Void) {
        self.storage = storage
        self.watch = watch
        self.onSuccess = onSuccess
    }

    func complete(
        _ completions: [Completion],
        owner: ServerEpoch
    ) async throws(JobStorageError) -> [CompletionOutcome] {
        let outcomes = try await storage.complete(completions, owner: owner)
        onSuccess(
            zip(completions, outcomes).compactMap { completion, outcome in
                guard case .succeeded = completion.outcome, outcome == .applied else { return nil }
                return completion.id
            }
        )
        return outcomes
    }

    func survey(unpublishedAge: Duration) async throws(JobStorageError) -> ReconcilerSurvey {
        try await watch.surveys.time { () async throws(JobStorageError) in
            try await storage.survey(unpublishedAge: unpublishedAge)
        }
    }

    // MARK: Handed on

    var executor: (any TaskExecutor)? { storage.executor }

    func run() async throws { try await storage.run() }

    func insert(_ jobs: [NewJob], isRepeated: Bool) async throws(JobStorageError) -> [InsertOutcome] {
        try await storage.insert(jobs, isRepeated: isRepeated)
    }

    func insert(
        _ jobs: [NewJob],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        try await storage.insert(jobs, owner: owner, claim: claim)
    }

    func insert(parts next: () throws -> [NewJob]?) async throws { try await storage.insert(parts: next) }

    func delete(_ id: JobID, reason: String?, expecting state: JobState?) async throws(JobStorageError) -> Bool {
        try await storage.delete(id, reason: reason, expecting: state)
    }

    func delete(_ targets: [JobTarget], reason: String?) async throws(JobStorageError) -> Set<JobID> {
        try await storage.delete(targets, reason: reason)
    }

    func reschedule(
        _ targets: [JobTarget],
        to time: DueTime,
        reason: String?
    ) async throws(JobStorageError) -> [RescheduleOutcome] {
        try await storage.reschedule(targets, to: time, reason: reason)
    }

    func job(_ id: JobID) async throws(JobStorageError) -> JobSnapshot? { try await storage.job(id) }

    func history(of id: JobID) async throws(JobStorageError) -> [JobHistoryEntry] { try await storage.history(of: id) }

    func openSession(_ session: PublisherSession, lease: Duration) async throws(JobStorageError) {
        try await storage.openSession(session, lease: lease)
    }

    func saveWatermark(_ watermark: PublisherWatermark, lease: Duration) async throws(JobStorageError) {
        try await storage.saveWatermark(watermark, lease: lease)
    }

    func closeSession(_ watermark: PublisherWatermark) async throws(JobStorageError) {
        try await storage.closeSession(watermark)
    }

    func releaseMarks(of session: PublisherSession, _ sequences: [Int64]) async throws(JobStorageError) {
        try await storage.releaseMarks(of: session, sequences)
    }

    func claim(
        _ messages: [DispatchMessage],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimOutcome] {
        try await storage.claim(messages, owner: owner, claim: claim)
    }

    func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        levels: [JobPriorityLevel],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        try await storage.claimWaiting(
            queues: queues,
            names: names,
            limit: limit,
            levels: levels,
            owner: owner,
            claim: claim
        )
    }

    func waitForWork(queues: [String], patience: Duration) async throws(JobStorageError) {
        try await storage.waitForWork(queues: queues, patience: patience)
    }

    func saveProgress(_ progress: [RunProgress], owner: ServerEpoch) async throws(JobStorageError) {
        try await storage.saveProgress(progress, owner: owner)
    }

    func postpone(
        _ messages: [DispatchMessage],
        by delay: Duration,
        reason: String
    ) async throws(JobStorageError) -> [DispatchMessage] {
        try await storage.postpone(messages, by: delay, reason: reason)
    }

    func register(_ server: ServerRegistration, lease: Duration) async throws(JobStorageError) {
        try await storage.register(server, lease: lease)
    }

    func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun],
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> HeartbeatAnswer {
        try await storage.heartbeat(epoch, lease: lease, runs: runs, takeover: takeover)
    }

    func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        try await storage.putBackUnheld(runs, owner: owner, marks: marks)
    }

    func deregister(_ epoch: ServerEpoch) async throws(JobStorageError) { try await storage.deregister(epoch) }

    func promoteDue(marks: PublishMarkRange, pace: PromotionPace) async throws(JobStorageError) -> Promotion {
        try await storage.promoteDue(marks: marks, pace: pace)
    }

    func requeue(
        _ targets: [JobTarget],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue {
        try await storage.requeue(targets, marks: marks, reason: reason)
    }

    func certifyDead(_ epoch: ServerEpoch, lease: Duration) async throws(JobStorageError) -> Bool {
        try await storage.certifyDead(epoch, lease: lease)
    }

    func sightPeer(_ epoch: ServerEpoch) async throws(JobStorageError) -> PeerSighting? {
        try await storage.sightPeer(epoch)
    }

    func certifyGone(_ epoch: ServerEpoch, renewal: Int64) async throws(JobStorageError) -> Bool {
        try await storage.certifyGone(epoch, renewal: renewal)
    }

    func requeueOrphans(
        marks: PublishMarkRange,
        deletingExhausted names: [String]
    ) async throws(JobStorageError) -> OrphanRepair {
        try await storage.requeueOrphans(marks: marks, deletingExhausted: names)
    }

    func adoptUnpublished(
        marks: PublishMarkRange,
        unpublishedAge age: Duration
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        try await storage.adoptUnpublished(marks: marks, unpublishedAge: age)
    }

    func count(_ counts: [JobCounter: Int]) async throws(JobStorageError) { try await storage.count(counts) }

    func tidy() async throws(JobStorageError) { try await storage.tidy() }

    func retain(_ policy: RetentionPolicy, limit: Int) async throws(JobStorageError) -> RetentionStep {
        try await storage.retain(policy, limit: limit)
    }
}

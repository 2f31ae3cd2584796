package import Baton

/// What is done with jobs.
extension SimulatedStorage {
    package func insert(_ jobs: [NewJob], isRepeated: Bool) async throws(JobStorageError) -> [InsertOutcome] {
        try await call(.insert, as: .insert) { (storage) async throws(JobStorageError) in
            // Repeated by the network, too.
            try await storage.insert(jobs, isRepeated: isRepeated)
        }
    }

    package func insert(
        _ jobs: [NewJob],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        let letsDead = world.defects.contains(.letsDeadClaim)
        check(claiming: jobs.map(\.queue), owner, claim)
        return try await call(.insert, as: .eagerInsert(owner, claim)) { (storage) async throws(JobStorageError) in
            try await Self.letting(owner, claimIn: storage, evenDead: letsDead) { () async throws(JobStorageError) in
                try await storage.insert(jobs, owner: owner, claim: claim)
            }
        }
    }

    package func delete(
        _ id: JobID,
        reason: String?,
        expecting state: JobState?
    ) async throws(JobStorageError) -> Bool {
        try await call(.delete, as: .move(.delete)) { (storage) async throws(JobStorageError) in
            try await storage.delete(id, reason: reason, expecting: state)
        }
    }

    package func delete(_ targets: [JobTarget], reason: String?) async throws(JobStorageError) -> Set<JobID> {
        try await call(.delete, as: .move(.delete)) { (storage) async throws(JobStorageError) in
            try await storage.delete(targets, reason: reason)
        }
    }

    package func reschedule(
        _ targets: [JobTarget],
        to time: DueTime,
        reason: String?
    ) async throws(JobStorageError) -> [RescheduleOutcome] {
        try await call(.reschedule, as: .move(.reschedule)) { (storage) async throws(JobStorageError) in
            try await storage.reschedule(targets, to: time, reason: reason)
        }
    }

    package func requeue(
        _ targets: [JobTarget],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue {
        try await call(.requeue, as: .move(.requeue)) { (storage) async throws(JobStorageError) in
            try await storage.requeue(targets, marks: marks, reason: reason)
        }
    }

    package func job(_ id: JobID) async throws(JobStorageError) -> JobSnapshot? {
        try await call(.job) { (storage) async throws(JobStorageError) in try await storage.job(id) }
    }

    package func history(of id: JobID) async throws(JobStorageError) -> [JobHistoryEntry] {
        try await call(.history) { (storage) async throws(JobStorageError) in try await storage.history(of: id) }
    }

    package func claim(
        _ messages: [DispatchMessage],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimOutcome] {
        let letsDead = world.defects.contains(.letsDeadClaim)
        check(claiming: messages.map(\.queue), owner, claim)
        return try await call(.claim, as: .claim(owner, claim)) { (storage) async throws(JobStorageError) in
            try await Self.letting(owner, claimIn: storage, evenDead: letsDead) { () async throws(JobStorageError) in
                try await storage.claim(messages, owner: owner, claim: claim)
            }
        }
    }

    /// Makes a claim, with the defect that the dead may.
    private static func letting<Answer>(
        _ owner: ServerEpoch,
        claimIn storage: InMemoryStorage,
        evenDead letsDead: Bool,
        _ claim: () async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        guard letsDead, storage.read({ $0.servers[owner]?.isDead == true }) else { return try await claim() }
        storage.change { $0.servers[owner]?.isDead = false }
        defer { storage.change { $0.servers[owner]?.isDead = true } }
        return try await claim()
    }

    package func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        levels: [JobPriorityLevel],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        let letsDead = world.defects.contains(.letsDeadClaim)
        check(claiming: queues, owner, claim)
        return try await call(.claimWaiting, as: .claim(owner, claim)) { (storage) async throws(JobStorageError) in
            try await Self.letting(owner, claimIn: storage, evenDead: letsDead) { () async throws(JobStorageError) in
                try await storage.claimWaiting(
                    queues: queues,
                    names: names,
                    limit: limit,
                    levels: levels,
                    owner: owner,
                    claim: claim
                )
            }
        }
    }

    package func waitForWork(queues: [String], patience: Duration) async throws(JobStorageError) {
        try await call(.waitForWork) { (storage) async throws(JobStorageError) in
            try await storage.waitForWork(queues: queues, patience: patience)
        }
    }

    package func postpone(
        _ messages: [DispatchMessage],
        by delay: Duration,
        reason: String
    ) async throws(JobStorageError) -> [DispatchMessage] {
        try await call(.postpone, as: .move(.postpone)) { (storage) async throws(JobStorageError) in
            try await storage.postpone(messages, by: delay, reason: reason)
        }
    }

    package func complete(
        _ completions: [Completion],
        owner: ServerEpoch
    ) async throws(JobStorageError) -> [CompletionOutcome] {
        let fence = hasFalseFence ? fence : nil
        return try await call(.complete, as: .complete(owner, completions)) {
            (storage) async throws(JobStorageError) in
            guard let fence else { return try await storage.complete(completions, owner: owner) }
            var outcomes: [CompletionOutcome] = []
            for var completion in completions {
                let token = fence(storage, completion.id, owner, completion.claim)
                completion.claim = token.claim
                outcomes += try await storage.complete([completion], owner: token.owner)
            }
            return outcomes
        }
    }

    package func saveProgress(_ progress: [RunProgress], owner: ServerEpoch) async throws(JobStorageError) {
        try await call(.saveProgress) { (storage) async throws(JobStorageError) in
            try await storage.saveProgress(progress, owner: owner)
        }
    }

    package func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        let fence = fence
        return try await call(.putBackUnheld, as: .putBackUnheld(owner, runs)) {
            (storage) async throws(JobStorageError) in
            let runs = runs.map { OwnedRun(id: $0.id, claim: fence(storage, $0.id, owner, $0.claim).claim) }
            return try await storage.putBackUnheld(runs, owner: owner, marks: marks)
        }
    }

    package func promoteDue(
        marks: PublishMarkRange,
        pace: PromotionPace
    ) async throws(JobStorageError) -> Promotion {
        try await call(.promoteDue, as: .move(.promoteDue)) { (storage) async throws(JobStorageError) in
            try await storage.promoteDue(marks: marks, pace: pace)
        }
    }
}

import Baton

extension FakeStorage {
    func claim(
        _ messages: [DispatchMessage],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimOutcome] {
        try await answer(.claim) { storage throws(JobStorageError) in
            if Set(messages.map(\.id)).count < messages.count {
                report("a job was twice in one claim")
            }
            return try await storage.claim(messages, owner: owner, claim: claim)
        }
    }

    func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        levels: [JobPriorityLevel],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        try await answer(.claimWaiting) { storage throws(JobStorageError) in
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

    func waitForWork(queues: [String], patience: Duration) async throws(JobStorageError) {
        try await answer(.waitForWork) { _ throws(JobStorageError) in }
        try await inner.waitForWork(queues: queues, patience: patience)
    }

    func postpone(
        _ messages: [DispatchMessage],
        by delay: Duration,
        reason: String
    ) async throws(JobStorageError) -> [DispatchMessage] {
        try await answer(.postpone) { storage throws(JobStorageError) in
            try await storage.postpone(messages, by: delay, reason: reason)
        }
    }

    func complete(
        _ completions: [Completion],
        owner: ServerEpoch
    ) async throws(JobStorageError) -> [CompletionOutcome] {
        try await answer(.complete) { storage throws(JobStorageError) in
            try check(completions)
            return try await storage.complete(completions, owner: owner)
        }
    }

    func saveProgress(_ progress: [RunProgress], owner: ServerEpoch) async throws(JobStorageError) {
        try await answer(.saveProgress) { storage throws(JobStorageError) in
            try await storage.saveProgress(progress, owner: owner)
        }
    }

    // MARK: Living

    func register(_ server: ServerRegistration, lease: Duration) async throws(JobStorageError) {
        try await answer(.register) { storage throws(JobStorageError) in
            try await storage.register(server, lease: lease)
        }
    }

    func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun],
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> HeartbeatAnswer {
        try await answer(.heartbeat) { storage throws(JobStorageError) in
            try await storage.heartbeat(epoch, lease: lease, runs: runs, takeover: takeover)
        }
    }

    func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        try await answer(.putBackUnheld) { storage throws(JobStorageError) in
            let dispatches = try await storage.putBackUnheld(runs, owner: owner, marks: marks)
            check(marks, dispatches)
            return dispatches
        }
    }

    func deregister(_ epoch: ServerEpoch) async throws(JobStorageError) {
        try await answer(.deregister) { storage throws(JobStorageError) in
            if read({ $0.rows.values.contains { $0.state == .processing && $0.owner == epoch } }) {
                report("a server that owns rows left the list")
            }
            try await storage.deregister(epoch)
        }
    }
}

package import Baton

/// Which queues are paused.
extension SimulatedStorage {
    package func pauseQueue(
        _ queue: String,
        on server: String?,
        reason: String?
    ) async throws(JobStorageError) -> QueuePause {
        try await call(.pauseQueue) { (storage) async throws(JobStorageError) in
            try await storage.pauseQueue(queue, on: server, reason: reason)
        }
    }

    package func resumeQueue(_ queue: String, on server: String?) async throws(JobStorageError) -> Bool {
        try await call(.resumeQueue) { (storage) async throws(JobStorageError) in
            try await storage.resumeQueue(queue, on: server)
        }
    }

    /// Holds a claim that is begun against what its server knows to be paused.
    func check(claiming queues: some Sequence<String>, _ owner: ServerEpoch, _ claim: Int64) {
        guard let queue = world.pauses.violation(claiming: queues, owner, claim, by: process) else { return }
        world.ledger.report("jobs of queue \(queue) were claimed by a server that knows it to be paused")
    }

    package func queuePauses() async throws(JobStorageError) -> [QueuePause] {
        let pauses = try await call(.queuePauses) { (storage) async throws(JobStorageError) in
            try await storage.queuePauses()
        }
        let name = SimulatedPauses.serverName(of: process)
        world.pauses.learnt(Set(pauses.lazy.filter { $0.concerns(server: name) }.map(\.queue)), by: process)
        return pauses
    }
}

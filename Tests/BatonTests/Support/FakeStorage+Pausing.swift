import Baton

extension FakeStorage {
    func pauseQueue(
        _ queue: String,
        on server: String?,
        reason: String?
    ) async throws(JobStorageError) -> QueuePause {
        try await answer(.pauseQueue) { storage throws(JobStorageError) in
            try await storage.pauseQueue(queue, on: server, reason: reason)
        }
    }

    func resumeQueue(_ queue: String, on server: String?) async throws(JobStorageError) -> Bool {
        try await answer(.resumeQueue) { storage throws(JobStorageError) in
            try await storage.resumeQueue(queue, on: server)
        }
    }

    func queuePauses() async throws(JobStorageError) -> [QueuePause] {
        try await answer(.queuePauses) { storage throws(JobStorageError) in try await storage.queuePauses() }
    }
}

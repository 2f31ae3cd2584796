import Baton

extension WatchedStorage {
    func pauseQueue(
        _ queue: String,
        on server: String?,
        reason: String?
    ) async throws(JobStorageError) -> QueuePause {
        try await storage.pauseQueue(queue, on: server, reason: reason)
    }

    func resumeQueue(_ queue: String, on server: String?) async throws(JobStorageError) -> Bool {
        try await storage.resumeQueue(queue, on: server)
    }

    func queuePauses() async throws(JobStorageError) -> [QueuePause] { try await storage.queuePauses() }
}

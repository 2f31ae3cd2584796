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

    package func queuePauses() async throws(JobStorageError) -> [QueuePause] {
        try await call(.queuePauses) { (storage) async throws(JobStorageError) in try await storage.queuePauses() }
    }
}

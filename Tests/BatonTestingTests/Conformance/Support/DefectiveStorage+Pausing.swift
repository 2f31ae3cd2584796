import Baton

extension DefectiveStorage {
    func pauseQueue(
        _ queue: String,
        on server: String?,
        reason: String?
    ) async throws(JobStorageError) -> QueuePause {
        switch defect {
        case .pausesEverywhere: return try await inner.pauseQueue(queue, on: nil, reason: reason)
        case .pausesAnew:
            let before = try await inner.queuePauses().first { $0.queue == queue && $0.server == server }
            _ = try await inner.resumeQueue(queue, on: server)
            return try await inner.pauseQueue(queue, on: server, reason: reason ?? before?.reason)
        case .deletesWhatIsPaused:
            guard let monitor = inner as? any JobMonitor else { throw JobStorageError(.refused, "It is no monitor.") }
            for job in try await monitor.jobs(matching: JobFilter(queue: queue), after: nil, limit: 100).jobs {
                _ = try await inner.delete(job.id, reason: nil)
            }
            return try await inner.pauseQueue(queue, on: server, reason: reason)
        default: return try await inner.pauseQueue(queue, on: server, reason: reason)
        }
    }

    func resumeQueue(_ queue: String, on server: String?) async throws(JobStorageError) -> Bool {
        guard defect == .resumesAll else { return try await inner.resumeQueue(queue, on: server) }
        var wasPaused = false
        for pause in try await inner.queuePauses() where pause.queue == queue {
            wasPaused = try await inner.resumeQueue(queue, on: pause.server) || wasPaused
        }
        return wasPaused
    }

    func queuePauses() async throws(JobStorageError) -> [QueuePause] {
        try await inner.queuePauses()
    }
}

internal import Locking

extension InMemoryStorage {
    /// Pauses a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The name of the server; `nil` for every server.
    ///   - reason: Why, for people.
    /// - Returns: The pause as it stands now.
    /// - Throws: Never; the signature is the protocol's.
    public func pauseQueue(
        _ queue: String,
        on server: String?,
        reason: String?
    ) async throws(JobStorageError) -> QueuePause {
        transaction { tables, now in tables.pauseQueue(queue, on: server, reason: reason, at: now) }
    }

    /// Ends the pause of a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The name of the server; `nil` for the pause on every server.
    /// - Returns: Whether there was such a pause.
    /// - Throws: Never; the signature is the protocol's.
    public func resumeQueue(_ queue: String, on server: String?) async throws(JobStorageError) -> Bool {
        transaction { tables, _ in tables.resumeQueue(queue, on: server) }
    }

    /// Every pause, by queue.
    ///
    /// - Returns: The pauses.
    /// - Throws: Never; the signature is the protocol's.
    public func queuePauses() async throws(JobStorageError) -> [QueuePause] {
        read(\.queuePauses)
    }
}

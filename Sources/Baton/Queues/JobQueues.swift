/// The queues of jobs, to pause and to resume, as ``JobClient/queues``.
///
/// ```swift
/// try await jobs.queues.pause("mail", reason: "The mail server moves")
/// try await jobs.queues.resume("mail")
/// ```
///
/// Of a paused queue no job is started. Nothing else changes: what runs goes on, jobs are enqueued, scheduled and tried
/// again as before, and wait. Servers heed it as soon as they hear of it, at the latest with their next heartbeat; one that
/// is started meanwhile does so from the beginning.
public struct JobQueues: Sendable {
    /// The longest reason that is kept, in bytes of UTF-8.
    static let longestReason = 1_000

    let client: JobClient

    private var storage: any JobStorage { client.storage }

    /// Pauses a queue, on every server or on one; the two stand side by side.
    ///
    /// One that is paused there already stays paused since then, with the new reason if there is one.
    ///
    /// - Parameters:
    ///   - queue: The queue; it need not hold or have held anything.
    ///   - server: The server, by ``JobServer/name``, whether it runs at the moment or not; `nil` for every server.
    ///   - reason: Why, for people.
    /// - Returns: The pause as it stands now.
    /// - Throws: ``JobError`` for a name that cannot be, ``JobStorageError``.
    @discardableResult
    public func pause(_ queue: String, on server: String? = nil, reason: String? = nil) async throws -> QueuePause {
        try validate(queue, server)
        let reason = reason?.storable(bytes: Self.longestReason)
        let pause = try await storage.pauseQueue(queue, on: server, reason: reason)
        await announce()
        return pause
    }

    /// Ends the pause of a queue, on every server or on one: that of the other kind stays.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The server it was paused on; `nil` for the pause on every server.
    /// - Returns: Whether there was such a pause.
    /// - Throws: ``JobError`` for a name that cannot be, ``JobStorageError``.
    @discardableResult
    public func resume(_ queue: String, on server: String? = nil) async throws -> Bool {
        try validate(queue, server)
        let wasPaused = try await storage.resumeQueue(queue, on: server)
        // Also where there was none: a try before, whose answer was lost, may have ended it.
        await announce()
        return wasPaused
    }

    /// Every pause, by queue; that of every server first, then by the servers' names.
    ///
    /// - Returns: The pauses.
    /// - Throws: ``JobStorageError``.
    public func pauses() async throws(JobStorageError) -> [QueuePause] {
        try await storage.queuePauses()
    }

    /// Tells servers to look which queues are paused.
    private func announce() async {
        client.queuesChanged.ring()
        await client.transport.broadcast(.queuesChanged)
    }

    private func validate(_ queue: String, _ server: String?) throws(JobError) {
        try QueueName.validate(queue)
        if let server { try ServerName.validate(server) }
    }
}

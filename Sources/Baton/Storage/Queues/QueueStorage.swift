/// Where it is kept which queues are paused.
///
/// A part of ``JobStorage``. A pause changes no job: it is for servers to heed, who learn of it with each heartbeat
/// (``HeartbeatAnswer/pausedQueues``). That of every server and those of single ones stand side by side: a queue is paused
/// for a server as long as either stands.
public protocol QueueStorage: Sendable {
    /// Pauses a queue, which need not hold or have held anything.
    ///
    /// One that is paused there already stays so since then, with the new reason if there is one.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The name of the server; `nil` for every server.
    ///   - reason: Why, for people.
    /// - Returns: The pause as it stands now.
    /// - Throws: ``JobStorageError``.
    func pauseQueue(_ queue: String, on server: String?, reason: String?) async throws(JobStorageError) -> QueuePause

    /// Ends the pause of a queue; the others of the same queue stay.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The name of the server; `nil` for the pause on every server.
    /// - Returns: Whether there was such a pause.
    /// - Throws: ``JobStorageError``.
    func resumeQueue(_ queue: String, on server: String?) async throws(JobStorageError) -> Bool

    /// Every pause, by queue; that of every server first, then by the servers' names.
    ///
    /// - Returns: The pauses.
    /// - Throws: ``JobStorageError``.
    func queuePauses() async throws(JobStorageError) -> [QueuePause]
}

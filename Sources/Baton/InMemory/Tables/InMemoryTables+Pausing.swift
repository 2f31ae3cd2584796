#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// A queue, and where it is paused.
    package struct PauseKey: Hashable, Sendable {
        let queue: String
        /// `nil` for every server.
        let server: String?
    }

    /// Pauses a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The name of the server; `nil` for every server.
    ///   - reason: Why.
    ///   - now: The present date.
    /// - Returns: The pause as it stands now.
    package mutating func pauseQueue(_ queue: String, on server: String?, reason: String?, at now: Date) -> QueuePause {
        let key = PauseKey(queue: queue, server: server)
        var pause = pauses[key] ?? QueuePause(queue: queue, server: server, since: now)
        pause.reason = reason ?? pause.reason
        pauses[key] = pause
        return pause
    }

    /// Ends the pause of a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The name of the server; `nil` for that of every server.
    /// - Returns: Whether there was such a pause.
    package mutating func resumeQueue(_ queue: String, on server: String?) -> Bool {
        pauses.removeValue(forKey: PauseKey(queue: queue, server: server)) != nil
    }

    /// Every pause, in order.
    package var queuePauses: [QueuePause] {
        pauses.values.sorted { ($0.queue, $0.server ?? "") < ($1.queue, $1.server ?? "") }
    }

    /// The queues of a server that are paused for it.
    ///
    /// - Parameter epoch: The server.
    /// - Returns: The queues.
    package func pausedQueues(of epoch: ServerEpoch) -> Set<String> {
        guard !pauses.isEmpty, let registration = servers[epoch]?.registration else { return [] }
        let concerning = pauses.values.lazy.filter { $0.concerns(server: registration.name) }.map(\.queue)
        return Set(concerning).intersection(registration.queues)
    }
}

import Locking
import Logging

extension ServerCore {
    /// Learns which queues are paused before anything is taken from them: a server that is started meanwhile heeds it from
    /// the beginning.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func learnPauses() async throws {
        let pauses = try await retrying("asking which queues are paused") { [storage] () throws(JobStorageError) in
            try await storage.queuePauses()
        }
        let paused = Set(pauses.lazy.filter { [name] in $0.concerns(server: name) }.map(\.queue))
        pause(paused.intersection(queues))
        await consumer.pause(table.withLock { $0.paused })
    }

    /// Takes over which queues are paused; from here on no job of theirs is started.
    ///
    /// What runs goes on. What was claimed ahead and no thread has taken goes back.
    ///
    /// - Parameter paused: All of the server's queues that are.
    func pause(_ paused: Set<String>) {
        guard !environment.defects.contains(.heedsNoPauses) else { return }
        let before = table.withLock { $0.pause(paused) }
        guard paused != before else { return }
        for queue in paused.subtracting(before).sorted() {
            logger.info("queue paused: none of its jobs is started here", metadata: ["queue": "\(queue)"])
        }
        for queue in before.subtracting(paused).sorted() {
            logger.info("queue resumed", metadata: ["queue": "\(queue)"])
        }
        putBackPaused()
        pausing.ring()
        guard !before.isSubset(of: paused) else { return }
        // What was left alone: deliveries that wait, rows, and what is due.
        claimable.ring()
        resumed.ring()
        news.scheduled.ring(dueAt: clock.now)
    }

    /// Puts jobs of paused queues back that no thread has taken; no attempt is spent.
    func putBackPaused() {
        let paused = table.withLock { $0.paused }
        guard !paused.isEmpty else { return }
        putBackUnstarted(of: paused, reason: "The queue is paused on server \(name)")
    }
}

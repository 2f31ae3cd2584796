import Locking
import Logging

/// Takes part in rounds of probing (PROTOCOL section 4, "lost").
///
/// ``ProbeTable`` says what is to be done. Whoever opens a round, and whoever takes it a step further, wakes all servers;
/// besides, each looks in every pass of its reconciler while a round is open.
struct ProbeProcess: Sendable {
    let core: ServerCore

    /// Takes part until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        var backoff = Backoff()
        var returns: [ProbeReturn] = []
        while true {
            try await core.probing.wait()
            let rung = core.probing.take()
            returns += rung.returns
            do throws(JobStorageError) {
                try await note(&returns)
                let isIdle = try await look()
                // A word without a round: some queue was found missing.
                if isIdle, rung.hasHeard { core.news.returns.ring() }
                backoff = Backoff()
            } catch {
                let delay = backoff.next(core.environment.random)
                core.logger.debug("probing failed, trying again", metadata: ["error": "\(error)", "delay": "\(delay)"])
                try await core.clock.sleep(for: delay)
                if rung.hasHeard { core.probing.hear() } else { core.probing.ring() }
            }
        }
    }

    /// Stores which probes have come back.
    private func note(_ returns: inout [ProbeReturn]) async throws(JobStorageError) {
        while let last = returns.last {
            let isComplete = try await core.storage.noteReturn(of: last.probe, lane: last.lane, of: last.lanes)
            returns.removeLast()
            if isComplete { await core.announceProbing() }
        }
    }

    /// Does what is to be done of every round.
    ///
    /// - Returns: Whether there is no round.
    private func look() async throws(JobStorageError) -> Bool {
        let rounds = try await core.storage.probes(of: core.queues)
        let sessions = core.sessions.current
        // At once: what is given back in between would be neither held nor counted.
        let steps = core.table.withLock { table in
            core.probes.withLock { probes in
                let steps = probes.steps(rounds, sessions: sessions, table: table)
                table.watched = probes.held
                return steps
            }
        }
        for step in steps {
            try await perform(step)
        }
        return rounds.isEmpty
    }

    private func perform(_ step: ProbeTable.Step) async throws(JobStorageError) {
        switch step {
        case .catchUp(let probe, let queue):
            guard await !core.consumer.catchUp(queue: queue, probe: probe) else { return }
            core.probes.withLock { $0.failedToCatchUp(probe, queue: queue) }
        case .join(let probe, let session, let queue):
            let isLast = try await core.storage.join(session, to: probe)
            core.probes.withLock { $0.joined(probe, queue: queue, owesProbe: isLast) }
            if isLast { try await publish(probe, to: queue) }
        case .publish(let probe, let queue):
            try await publish(probe, to: queue)
        case .pass(let probe, let session, let queue):
            if try await core.storage.pass(session, in: probe) {
                core.logger.debug(
                    "a queue's probe has come back",
                    metadata: ["queue": "\(queue)", "probe": "\(probe)"]
                )
                core.news.returns.ring()
            }
        case .void(let probe, let queue, let reason, let isLoss):
            try await void(probe, queue, reason, isLoss: isLoss)
        }
    }

    private func publish(_ probe: ProbeID, to queue: String) async throws(JobStorageError) {
        if await core.client.transport.publish(probe, to: queue) {
            core.probes.withLock { $0.published(probe, queue: queue) }
        } else {
            try await void(probe, queue, "the broker did not confirm the probe")
        }
    }

    private func void(
        _ probe: ProbeID,
        _ queue: String,
        _ reason: String,
        isLoss: Bool = false
    ) async throws(JobStorageError) {
        // Nothing is left of a round that storage has ended.
        let isLoss = if isLoss { true } else { try await core.storage.voidProbe(probe, reason: reason) }
        core.logger.debug(
            "a round of probing proves nothing",
            metadata: ["queue": "\(queue)", "probe": "\(probe)", "reason": "\(reason)"]
        )
        await core.noteVoidRound(of: queue, isLoss: isLoss)
    }
}

import Logging
import Locking

/// Looks at servers that may have died, and takes their jobs over before their leases are over.
struct TakeoverProcess: Sendable {
    let core: ServerCore

    /// Watches until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            if let nextLook = core.takeover.withLock({ $0.nextLook }) {
                let wait = core.clock.now.duration(to: nextLook)
                if wait > .zero {
                    try await core.suspicion.wait(atMost: wait, clock: core.clock)
                }
            } else {
                try await core.suspicion.wait()
            }
            var certified = 0
            for epoch in core.takeover.withLock({ $0.takeDue(at: core.clock.now) }) {
                certified += await judge(epoch) ? 1 : 0
            }
            try Task.checkCancellation()
            if certified > 0 {
                // Not at the reconciler's next pass: every moment of it is a moment that these jobs wait.
                await core.requeueOrphans()
                await core.count([.certifiedServers: certified, .earlyCertificates: certified])
            }
        }
    }

    /// Looks at a server once, and certifies it dead when that was the look that settles it.
    private func judge(_ epoch: ServerEpoch) async -> Bool {
        let start = core.clock.now
        let look = await look(at: epoch)
        let verdict = core.takeover.withLock { $0.looked(at: epoch, look, from: start, to: core.clock.now) }
        core.logger.debug(
            "looked at a server that may be gone",
            metadata: ["server.epoch": "\(epoch)", "look": "\(look)", "verdict": "\(verdict)"]
        )
        guard case .dead(let renewal) = verdict else { return false }
        do throws(JobStorageError) {
            guard try await core.storage.certifyGone(epoch, renewal: renewal) else { return false }
        } catch {
            core.logger.debug("certificate not written; the lease tells", metadata: ["error": "\(error)"])
            return false
        }
        core.logger.warning(
            "a server is gone: its database session and its broker connection; its jobs are requeued",
            metadata: ["server.epoch": "\(epoch)"]
        )
        return true
    }

    private func look(at epoch: ServerEpoch) async -> TakeoverWatch.Look {
        let askedAt = core.clock.now
        do throws(JobStorageError) {
            guard let peer = try await core.storage.sightPeer(epoch) else { return .moot }
            let storageAnsweredAt = core.clock.now
            // One witness is enough to live; the broker is left alone then.
            let queue = peer.isLocked ? nil : await core.consumer.sight(peer.presence)
            if !peer.isLocked, queue == nil { return .failed }
            return .seen(
                Sighting(
                    peer,
                    queue: core.environment.defects.contains(.trustsOneWitness) ? queue?.gone : queue,
                    askedAt: askedAt,
                    storageAnsweredAt: storageAnsweredAt,
                    brokerAnsweredAt: core.clock.now
                )
            )
        } catch {
            return .failed
        }
    }
}

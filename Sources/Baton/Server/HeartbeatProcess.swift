import Logging
import Locking

/// Renews the lease, compares what storage says with what runs here (PROTOCOL move 6), and learns which queues are paused.
struct HeartbeatProcess: Sendable {
    let core: ServerCore
    let witness: StorageWitness

    /// Beats until cancelled.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func run() async throws {
        var hasteLeft = Self.haste
        while true {
            core.link.refuses(core.client.publisher.lookForBroker())
            let beat = try await beat()
            if beat.isAnswered {
                await core.reportUnheeded()
            }
            var isSoon = !beat.isAnswered
            if !beat.isComplete, hasteLeft > 0 {
                hasteLeft -= 1
                isSoon = true
            } else if beat.isComplete {
                hasteLeft = Self.haste
            }
            let interval = core.configuration.heartbeatInterval
            // What is paused is learnt with the answers alone, one after another: so none that is older takes its place.
            try await core.news.queuesChanged.wait(
                atMost: isSoon ? min(Self.retryInterval, interval) : interval,
                clock: core.clock
            )
        }
    }

    /// What a heartbeat came to.
    private struct Beat {
        /// Whether storage answered.
        var isAnswered = true
        /// Whether the server could say all that it wants to say with it.
        var isComplete = true
    }

    private static let retryInterval = Duration.milliseconds(500)
    /// How many heartbeats in a row come sooner because others have not yet seen both connections stand.
    private static let haste = 20

    private func beat() async throws -> Beat {
        let epoch = core.epoch
        let terms = await core.takeoverTerms()
        let sentAt = core.clock.now
        let asked = core.table.withLock { $0.openRuns(of: epoch) }
        let answer: HeartbeatAnswer
        do throws(JobStorageError) {
            answer = try await core.storage.heartbeat(
                epoch,
                lease: core.configuration.lease,
                runs: asked,
                takeover: terms
            )
        } catch {
            witness.failed()
            core.noteRenewal(nil)
            core.logger.warning("heartbeat failed, trying again", metadata: ["error": "\(error)"])
            guard error.isTransient else { throw error }
            // What has not begun may soon be another's: a server that is cut off starts nothing new.
            core.putBackUnstarted(reason: "Put back by server \(core.name), which does not reach the storage")
            return Beat(isAnswered: false)
        }
        witness.answered(sentAt: sentAt, at: core.clock.now)
        core.noteRenewal(answer.renewal)
        guard answer.isAlive else {
            try await core.replaceEpoch(epoch)
            return Beat()
        }
        core.noteLease(of: epoch, sentAt: sentAt)
        core.pause(answer.pausedQueues)
        core.suspect(answer.latePeers)
        await cancelLost(answer.lostRuns)
        if let rows = answer.ownedRuns {
            await core.putBackUnheld(rows, epoch)
        }
        await relieve(asked, lost: answer.lostRuns)
        core.putBackUnstarted(
            claimedBefore: sentAt.advanced(by: .zero - core.configuration.heartbeatInterval),
            reason: "No thread of server \(core.name) became free"
        )
        return Beat(isComplete: terms.map { $0.stoodAfter != nil } ?? true)
    }

    private func cancelLost(_ lost: [OwnedRun]) async {
        guard !lost.isEmpty else { return }
        let lost = Set(lost)
        let count = core.cancelRuns { key, _ in lost.contains(key) }
        await core.count([.cancelledLostRuns: count])
    }

    /// Acknowledges the deliveries of long runs, which the lease protects from now on, and gives back deliveries that
    /// wait too long for a thread: no job is too long for the broker's consumer timeout.
    private func relieve(_ asked: [OwnedRun], lost: [OwnedRun]) async {
        let lost = Set(lost)
        let now = core.clock.now
        let before = now.advanced(by: .zero - core.configuration.acknowledgeAfter)
        let (long, stale) = core.table.withLock { table in
            (
                table.takeLongDeliveries(
                    of: asked.lazy.filter { !lost.contains($0) },
                    since: before,
                    bundledSince: now.advanced(by: .zero - core.configuration.heartbeatInterval)
                ),
                table.takeWaiting(since: before)
            )
        }
        if !long.isEmpty {
            await core.consumer.acknowledge(long)
        }
        if !stale.isEmpty {
            await core.giveBack(stale)
        }
    }
}

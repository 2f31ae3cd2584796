import Logging
import Locking

/// The steps of a graceful shutdown: stop taking, let run, cancel and put back, leave the list.
struct GracefulStop: Sendable {
    let core: ServerCore

    /// Stops the server; bounded in time.
    func run() async {
        core.logger.info("server stopping", metadata: ["server.name": "\(core.name)"])
        await core.submissions?.stopDeliveries()
        await core.consumer.stopDeliveries()
        await core.giveBack(core.table.withLock { $0.stop() })
        core.putBackUnstarted(reason: "Put back by server \(core.name), which is stopping")
        await wait(atMost: core.configuration.shutdownTimeout) { $0.isQuiet }
        let cancelled = core.cancelRuns { _, _ in true }
        if cancelled > 0 {
            core.logger.info("jobs cancelled at the shutdown's deadline", metadata: ["count": "\(cancelled)"])
        }
        await wait(atMost: core.configuration.cancellationTimeout) { $0.isEmpty }
        await leave()
    }

    private func wait(atMost patience: Duration, until isDone: (borrowing RunTable) -> Bool) async {
        let deadline = core.clock.now.advanced(by: patience)
        while !core.table.withLock({ isDone($0) }) {
            let left = core.clock.now.duration(to: deadline)
            guard left > .zero, (try? await core.progress.wait(atMost: left, clock: core.clock)) != nil else { return }
        }
    }

    /// Leaves the list only when no row can be this server's any more; otherwise its lease protects what still runs.
    private func leave() async {
        await core.client.transport.broadcast(.scheduled(dueIn: .zero))
        if !core.client.canPublish {
            // Nobody else heard of what was put back.
            _ = try? await DelayedJobScheduler(core: core).promote(isPaced: false)
        }
        let (isEmpty, running) = core.table.withLock { ($0.isEmpty, $0.runningCount) }
        guard isEmpty else {
            core.logger.warning(
                "jobs did not give way; they are requeued when the lease of this server is over",
                metadata: ["count": "\(running)"]
            )
            await core.withdrawOffer()
            return
        }
        do throws(JobStorageError) {
            try await core.auditLast()
            try await core.leave()
        } catch {
            core.logger.debug("server not taken off the list; its lease ends it", metadata: ["error": "\(error)"])
        }
    }
}

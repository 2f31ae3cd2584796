import Baton
import Locking

/// One process's way to storage, on which calls and answers are late, lost or refused.
package final class SimulatedStorage: JobStorage {
    /// Which call.
    enum Call: Sendable, Hashable {
        case insert, delete, job, history, openSession, saveWatermark, closeSession, releaseMarks, claim, postpone
        case complete, register, heartbeat, putBackUnheld, deregister, promoteDue, survey, certifyDead, requeueOrphans
        case adoptUnpublished, count, tidy, sightPeer, certifyGone, claimWaiting, waitForWork
        case openConsumer, findWaiting, openProbe, probes, join, noteReturn, pass, voidProbe, recordLoss, settleLoss
        case requeueLost, requeue, reschedule, saveProgress, retain, pauseQueue, resumeQueue, queuePauses
        case recurring(RecurringCall)
        case submission(SubmissionCall)
    }

    let process: Int
    let world: SimulationWorld
    let link: SimulatedLink
    /// The server's presence, whose lock goes with the connection.
    let presence = Locked<ServerPresence?>(nil)
    /// Whose leases were over at any look, for a defect that does not look again.
    let staleExpiries = Locked<[ServerEpoch]>([])

    init(process: Int, world: SimulationWorld, executor: SimulationExecutor) {
        self.process = process
        self.executor = executor
        self.world = world
        link = SimulatedLink(world.scheduler)
    }

    /// Where the process reaches storage: where all of it runs.
    ///
    /// Said outright: in optimised builds (Swift 6.3) a child task with no preference of its own loses its parent's.
    package let executor: (any TaskExecutor)?

    /// Does nothing until cancelled.
    package func run() async throws {
        try await world.clock.sleep(for: .seconds(1_000_000))
    }

    /// Makes a call, or suffers what befalls it.
    ///
    /// - Parameters:
    ///   - call: Which.
    ///   - act: What the ledger is to hold it against.
    ///   - body: The call.
    /// - Returns: The answer.
    /// - Throws: What befell it.
    func call<Answer: Sendable>(
        _ call: Call,
        as act: SimulationAct = .none,
        _ body: @escaping @Sendable (InMemoryStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        let (world, process) = (world, process)
        let fate = world.faults.storageFate(world.random)
        guard !Task.isCancelled else { throw JobStorageError(.unavailable, "The caller was cancelled.") }
        guard link.isUp, fate != .unavailable else {
            await world.travel()
            world.scheduler.note("unavailable", process: process, "\(call)")
            throw JobStorageError(.unavailable, "Storage cannot be reached, says the simulation.")
        }
        let (reply, life) = (SimulatedReply<Answer>(), link.life)
        let lost = JobStorageError(.outcomeUnknown, "The answer was lost, says the simulation.")
        world.onWire { [link] in
            await world.travel()
            if fate == .late {
                reply.send(.failure(lost))
                await world.delayed { await world.pause(world.random.duration(.zero, world.faults.latest)) }
            }
            // What was cut off may have got there or not.
            if fate == .lostBefore || life != link.life && world.random.chance(0.5) {
                world.scheduler.note("lost", process: process, "\(call)")
                reply.send(.failure(lost))
                return
            }
            let outcome = await Self.result { () async throws(JobStorageError) in try await body(world.database) }
            world.scheduler.note(
                "done",
                process: process,
                "\(call)\(fate == .answered ? "" : ", \(fate)")\(world.ledger.detail(of: act, outcome))"
            )
            if case .none = act {} else { world.ledger.check(act) }
            await world.travel()
            reply.send(fate == .lostAfter || life != link.life ? .failure(lost) : outcome)
        }
        return try await reply.wait(orElse: lost).get()
    }

    private static func result<Answer>(
        _ body: () async throws(JobStorageError) -> Answer
    ) async -> Result<Answer, JobStorageError> {
        do throws(JobStorageError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    // MARK: The session

    /// Cuts the connection: the server's lock is gone once the database notices.
    func cut() {
        link.cut()
        let (life, link, world) = (link.life, link, world)
        world.scheduler.after(world.random.duration(.zero, .seconds(3))) { [presence] in
            guard link.life == life, !link.isUp, let presence = presence.withLock({ $0 }) else { return }
            world.database.change { _ = $0.locks.remove(presence) }
        }
    }

    /// Connects again, and takes the lock back.
    func mend() {
        link.mend()
        if let presence = presence.withLock({ $0 }) {
            world.database.change { _ = $0.locks.insert(presence) }
        }
    }
}

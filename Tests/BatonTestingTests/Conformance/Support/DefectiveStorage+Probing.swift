import Baton
import Locking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DefectiveStorage {
    func openConsumer(
        _ session: ConsumerSession,
        of queue: String,
        owner: ServerEpoch,
        replacing replaced: ConsumerSession?
    ) async throws(JobStorageError) -> Bool {
        var owner = owner
        if defect == .keepsConsumersOfTheGone {
            owner = ServerEpoch(UUID())
            try await inner.register(.unknown(owner), lease: .seconds(86_400))
        }
        let isOpen = try await inner.openConsumer(session, of: queue, owner: owner, replacing: replaced)
        return isOpen || defect == .opensForTheDead
    }

    func openProbe(
        _ probe: ProbeID,
        of queue: String,
        quiet: Duration,
        patience: Duration
    ) async throws(JobStorageError) -> ProbeOpening {
        memory.withLock { _ = $0.rounds.insert(probe) }
        var opening = try await inner.openProbe(
            probe,
            of: queue,
            quiet: defect == .hearsNoEnds ? .zero : quiet,
            patience: defect == .neverGivesARoundUp ? patience * 1_000 : patience
        )
        if defect == .opensRoundsAlways { opening.isOpen = true }
        if defect == .dropsVerdicts { opening.isLoss = false }
        return opening
    }

    func probes(of queues: [String]) async throws(JobStorageError) -> [ProbeRound] {
        var rounds = try await inner.probes(of: queues)
        if defect == .overlooksEnds {
            for index in rounds.indices { rounds[index].isVoid = false }
        }
        return rounds
    }

    func join(_ consumer: ConsumerSession, to probe: ProbeID) async throws(JobStorageError) -> Bool {
        try await inner.join(consumer, to: probe) || defect == .publishesAlways
    }

    func noteReturn(of probe: ProbeID, lane: Int, of lanes: Int) async throws(JobStorageError) -> Bool {
        if defect == .countsOneLane { return try await inner.noteReturn(of: probe, lane: 0, of: 1) }
        return try await inner.noteReturn(of: probe, lane: lane, of: lanes)
    }

    func pass(_ consumer: ConsumerSession, in probe: ProbeID) async throws(JobStorageError) -> Bool {
        try await inner.pass(consumer, in: probe) || defect == .concludesAlways
    }

    func voidProbe(_ probe: ProbeID, reason: String) async throws(JobStorageError) -> Bool {
        switch defect {
        case .voidsNothing: return false
        case .suspectsUnreturned: _ = try await inner.noteReturn(of: probe, lane: 0, of: 1)
        case .suspectsNothing:
            _ = try await inner.voidProbe(probe, reason: reason)
            return false
        default: break
        }
        let isLoss = try await inner.voidProbe(probe, reason: reason)
        guard defect == .suspectsAtOnce, !isLoss else { return isLoss }
        let loss = ProbeID(UUID())
        try await inner.recordLoss(loss, of: "mail")
        _ = try await inner.settleLoss(loss, isConfirmed: true)
        return isLoss
    }

    // MARK: Losses

    func findWaiting(
        longerThan age: Duration,
        interval: Duration
    ) async throws(JobStorageError) -> [WaitingQueue] {
        let interval = defect == .looksAllTheTime ? .zero : interval
        let found = try await inner.findWaiting(longerThan: age, interval: interval)
        return defect == .findsNoneWaiting ? [] : found
    }

    func recordLoss(_ loss: ProbeID, of queue: String) async throws(JobStorageError) {
        memory.withLock { $0.lossQueues[loss] = queue }
        if defect != .storesWatermarksLate { try await inner.recordLoss(loss, of: queue) }
        if defect == .confirmsUnasked { _ = try await inner.settleLoss(loss, isConfirmed: true) }
    }

    func settleLoss(_ loss: ProbeID, isConfirmed: Bool) async throws(JobStorageError) -> Bool {
        if defect == .storesWatermarksLate, let queue = memory.withLock({ $0.lossQueues[loss] }) {
            try await inner.recordLoss(loss, of: queue)
        }
        return try await inner.settleLoss(loss, isConfirmed: isConfirmed) || defect == .takesEveryQueueForFull
    }

    func requeueLost(marks: PublishMarkRange) async throws(JobStorageError) -> LossRepair {
        var repair = try await inner.requeueLost(marks: defect == .requeuesLostWithoutBound ? marks.enlarged : marks)
        switch defect {
        case .requeuesLostAtTheNextGeneration:
            for index in repair.dispatches.indices { repair.dispatches[index].message.generation += 1 }
        case .requeuesLostTwice: repair.dispatches = twice(repair.dispatches)
        default: break
        }
        return repair
    }
}

import Baton
import Locking
import ServiceLifecycle

/// A storage that violates one rule and is honest otherwise.
final class DefectiveStorage: JobStorage {
    /// What a defect needs to remember.
    struct Memory {
        var opened: Set<PublisherSession> = []
        var watermarks: [PublisherSession: PublisherWatermark] = [:]
        var claimed: [JobID: ClaimedJob] = [:]
        var ended: Set<OwnedRun> = []
        var registrations: [ServerEpoch: Int] = [:]
        var left: Set<ServerEpoch> = []
        var renewals: [ServerEpoch: Int64] = [:]
        var certified: Set<ServerEpoch> = []
        var lastBatch: [MarkedDispatch] = []
        var lastClaims: [ClaimedJob] = []
        var rounds: Set<ProbeID> = []
        var lossQueues: [ProbeID: String] = [:]
    }

    let inner: any JobStorage
    let defect: StorageDefect
    let memory = Locked(Memory())

    init(_ inner: any JobStorage, _ defect: StorageDefect) {
        self.inner = inner
        self.defect = defect
    }

    func run() async throws {
        try await inner.run()
    }

    func delete(_ id: JobID, reason: String?, expecting state: JobState?) async throws(JobStorageError) -> Bool {
        switch defect {
        case .deletesNothing: return true
        case .deletesNoRun where try await inner.job(id)?.state == .processing: return false
        case .deletesUnknownJobs:
            _ = try await inner.delete(id, reason: reason, expecting: state)
            return true
        case .deletesUnexpected: return try await inner.delete(id, reason: reason)
        default: return try await inner.delete(id, reason: reason, expecting: state)
        }
    }

    func delete(_ targets: [JobTarget], reason: String?) async throws(JobStorageError) -> Set<JobID> {
        guard defect == .deletesManyUnexpected else { return try await inner.delete(targets, reason: reason) }
        for target in targets { _ = try await inner.delete(target.id, reason: reason) }
        return Set(targets.map(\.id))
    }

    func job(_ id: JobID) async throws(JobStorageError) -> JobSnapshot? {
        try await inner.job(id)
    }

    func history(of id: JobID) async throws(JobStorageError) -> [JobHistoryEntry] {
        var history = try await inner.history(of: id)
        switch defect {
        case .forgetsClaims: history.removeAll { $0.state == .processing }
        case .forgetsData: for index in history.indices { history[index].data = nil }
        case .doublesSuccesses: history += history.filter { $0.state == .succeeded }
        default: break
        }
        return history
    }

    func count(_ counts: [JobCounter: Int]) async throws(JobStorageError) {
        if defect != .countsNothing { try await inner.count(counts) }
    }

    func tidy() async throws(JobStorageError) {
        try await inner.tidy()
        if defect == .tidiesRounds {
            for round in memory.withLock({ $0.rounds }) { _ = try await inner.voidProbe(round, reason: "tidied") }
        }
        guard defect == .tidiesLivingServers else { return }
        for epoch in memory.withLock({ $0.registrations.keys }) { try await inner.deregister(epoch) }
    }
}

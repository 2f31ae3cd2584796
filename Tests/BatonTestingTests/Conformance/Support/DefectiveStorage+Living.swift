import Baton
import Locking

extension DefectiveStorage {
    func register(_ server: ServerRegistration, lease: Duration) async throws(JobStorageError) {
        memory.withLock { $0.registrations[server.epoch, default: 0] += 1 }
        try await inner.register(server, lease: lease)
    }

    func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun],
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> HeartbeatAnswer {
        var takeover = takeover
        if defect == .offersAlways {
            takeover?.stoodAfter = memory.withLock { $0.renewals[epoch] }
        }
        let lease = defect == .renewsNothing ? lease / 1_000 : lease
        var answer = try await inner.heartbeat(epoch, lease: lease, runs: runs, takeover: takeover)
        memory.withLock { $0.renewals[epoch] = answer.renewal }
        switch defect {
        case .believesAllAlive: answer.isAlive = true
        case .liftsCertificates: answer.isAlive = answer.isAlive || memory.withLock { $0.registrations[epoch] ?? 0 } > 1
        case .namesAllRenewalsAlike: answer.renewal = answer.renewal.map { _ in 1 }
        case .losesNoRuns: answer.lostRuns = []
        case .ownsNoRuns: answer.ownedRuns = []
        case .noticesNobodyLate: answer.latePeers = []
        case .tellsNoPauses: answer.pausedQueues = []
        default: break
        }
        return answer
    }

    func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        let dispatches = try await inner.putBackUnheld(runs, owner: owner, marks: marks)
        return defect == .putsBackAtTheOldGeneration ? dispatches.map(\.older) : dispatches
    }

    func deregister(_ epoch: ServerEpoch) async throws(JobStorageError) {
        memory.withLock { _ = $0.left.insert(epoch) }
        if defect != .keepsServersListed { try await inner.deregister(epoch) }
    }

    func certifyDead(_ epoch: ServerEpoch, lease: Duration) async throws(JobStorageError) -> Bool {
        let isWritten = try await inner.certifyDead(epoch, lease: lease)
        if isWritten { memory.withLock { _ = $0.certified.insert(epoch) } }
        switch defect {
        case .certifiesAnybody: return true
        case .certifiesAgain: return memory.withLock { $0.certified.contains(epoch) }
        default: return isWritten
        }
    }

    func sightPeer(_ epoch: ServerEpoch) async throws(JobStorageError) -> PeerSighting? {
        var sighting = try await inner.sightPeer(epoch)
        switch defect {
        case .seesNoLocks: sighting?.isLocked = false
        case .looksAtAnybody where sighting == nil:
            return PeerSighting(
                presence: ServerPresence(epoch.uuid),
                isLocked: false,
                renewal: 1,
                stoodAge: .zero,
                sessionAge: .zero
            )
        default: break
        }
        return sighting
    }

    func certifyGone(_ epoch: ServerEpoch, renewal: Int64) async throws(JobStorageError) -> Bool {
        switch defect {
        case .ignoresItsOwnAge:
            return true
        case .ignoresRenewals:
            guard let sighting = try await inner.sightPeer(epoch) else { return false }
            return try await inner.certifyGone(epoch, renewal: sighting.renewal)
        case .certifiesGoneAgain:
            let isWritten = try await inner.certifyGone(epoch, renewal: renewal)
            return memory.withLock { memory in
                if isWritten { memory.certified.insert(epoch) }
                return memory.certified.contains(epoch)
            }
        default: return try await inner.certifyGone(epoch, renewal: renewal)
        }
    }
}

extension MarkedDispatch {
    /// The same, as though its job had no priority.
    var withoutLevel: MarkedDispatch { MarkedDispatch(message: message.withoutLevel, sequence: sequence) }

    /// The same at the generation before.
    var older: MarkedDispatch {
        var dispatch = self
        dispatch.message.generation -= 1
        return dispatch
    }
}

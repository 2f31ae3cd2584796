package import Baton
import Locking
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What servers say of themselves and of each other.
extension SimulatedStorage {
    package func register(_ server: ServerRegistration, lease: Duration) async throws(JobStorageError) {
        presence.withLock { $0 = server.presence }
        let lazy = world.lazyCommits
        try await call(.register) { (storage) async throws(JobStorageError) in
            try await storage.register(server, lease: lease)
            lazy.settle(server.epoch)
        }
    }

    package func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun],
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> HeartbeatAnswer {
        let world = world
        let answer: HeartbeatAnswer = try await call(.heartbeat) { (storage) async throws(JobStorageError) in
            if let server = storage.read({ $0.servers[epoch] }) {
                world.lazyCommits.note(server, of: epoch, until: world.scheduler.now)
            }
            return try await storage.heartbeat(epoch, lease: lease, runs: runs, takeover: takeover)
        }
        if answer.isAlive { world.pauses.learnt(answer.pausedQueues, by: process) }
        return answer
    }

    package func deregister(_ epoch: ServerEpoch) async throws(JobStorageError) {
        try await call(.deregister) { (storage) async throws(JobStorageError) in try await storage.deregister(epoch) }
    }

    package func survey(unpublishedAge: Duration) async throws(JobStorageError) -> ReconcilerSurvey {
        let age = world.defects.contains(.helpsNobodyAlive) ? .seconds(1_000_000) : unpublishedAge
        let (staleExpiries, isStale) = (staleExpiries, world.defects.contains(.certifiesByStaleLease))
        let (world, scansOnce) = (world, world.defects.contains(.scansDeadSessionsOnce))
        return try await call(.survey) { (storage) async throws(JobStorageError) in
            var survey = try await storage.survey(unpublishedAge: age)
            if isStale {
                survey.expiredServers = staleExpiries.withLock { [expired = survey.expiredServers] expiries in
                    expiries += expired.filter { !expiries.contains($0) }
                    return expiries
                }
            }
            if scansOnce, !survey.hasUnpublished { Self.closeEyes(to: storage, at: world.databaseClock.date) }
            return survey
        }
    }

    package func certifyDead(_ epoch: ServerEpoch, lease: Duration) async throws(JobStorageError) -> Bool {
        let (ledger, clock) = (world.ledger, world.databaseClock)
        let isStale = world.defects.contains(.certifiesByStaleLease)
        return try await call(.certifyDead) { (storage) async throws(JobStorageError) in
            let leaseUntil = storage.read { $0.servers[epoch]?.leaseUntil }
            if isStale { storage.change { $0.servers[epoch]?.leaseUntil = .distantPast } }
            let isCertified = try await storage.certifyDead(epoch, lease: lease)
            if isStale, !isCertified, let leaseUntil {
                storage.change { $0.servers[epoch]?.leaseUntil = leaseUntil }
            }
            if isCertified, let leaseUntil, leaseUntil >= clock.date {
                ledger.report("a server was certified dead although its lease was not over")
            }
            return isCertified
        }
    }

    package func requeueOrphans(
        marks: PublishMarkRange,
        deletingExhausted names: [String]
    ) async throws(JobStorageError) -> OrphanRepair {
        try await call(.requeueOrphans, as: .requeueOrphans) { (storage) async throws(JobStorageError) in
            try await storage.requeueOrphans(marks: marks, deletingExhausted: names)
        }
    }

    package func sightPeer(_ epoch: ServerEpoch) async throws(JobStorageError) -> PeerSighting? {
        let (link, scheduler) = (link, world.scheduler)
        return try await call(.sightPeer) { (storage) async throws(JobStorageError) in
            guard var sighting = try await storage.sightPeer(epoch) else { return nil }
            let ownAge = link.since.duration(to: scheduler.now)
            sighting.sessionAge = min(sighting.sessionAge, ownAge)
            return sighting
        }
    }

    package func certifyGone(_ epoch: ServerEpoch, renewal: Int64) async throws(JobStorageError) -> Bool {
        let (world, process) = (world, process)
        // As it was when this was asked for: the call may be late.
        let seenGone = { [presence = world.database.read { $0.servers[epoch]?.registration.presence }] in
            presence.map { world.sightings.isGone($0, for: process) } ?? false
        }()
        return try await call(.certifyGone) { (storage) async throws(JobStorageError) in
            let presence = storage.read { $0.servers[epoch]?.registration.presence }
            let isCertified = try await storage.certifyGone(epoch, renewal: renewal)
            if isCertified, let presence, storage.read({ $0.locks.contains(presence) }) {
                world.ledger.report("a server was certified dead early although it held its lock")
            }
            if isCertified, !seenGone {
                world.ledger.report(
                    "a server was certified dead early by one that last saw its broker connection stand"
                )
            }
            return isCertified
        }
    }

    package func count(_ counts: [JobCounter: Int]) async throws(JobStorageError) {
        try await call(.count) { (storage) async throws(JobStorageError) in try await storage.count(counts) }
    }

    package func tidy() async throws(JobStorageError) {
        try await call(.tidy) { (storage) async throws(JobStorageError) in try await storage.tidy() }
    }

    package func retain(_ policy: RetentionPolicy, limit: Int) async throws(JobStorageError) -> RetentionStep {
        try await call(.retain) { (storage) async throws(JobStorageError) in
            try await storage.retain(policy, limit: limit)
        }
    }
}

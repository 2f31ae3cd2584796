import Baton

extension FakeStorage {
    func promoteDue(marks: PublishMarkRange, pace: PromotionPace) async throws(JobStorageError) -> Promotion {
        try await answer(.promoteDue) { storage throws(JobStorageError) in
            let promotion = try await storage.promoteDue(marks: marks, pace: pace)
            check(marks, promotion.dispatches)
            return promotion
        }
    }

    func survey(unpublishedAge: Duration) async throws(JobStorageError) -> ReconcilerSurvey {
        try await answer(.survey) { storage throws(JobStorageError) in
            try await storage.survey(unpublishedAge: unpublishedAge)
        }
    }

    func certifyDead(_ epoch: ServerEpoch, lease: Duration) async throws(JobStorageError) -> Bool {
        try await answer(.certifyDead) { storage throws(JobStorageError) in
            try await storage.certifyDead(epoch, lease: lease)
        }
    }

    func sightPeer(_ epoch: ServerEpoch) async throws(JobStorageError) -> PeerSighting? {
        try await answer(.sightPeer) { storage throws(JobStorageError) in try await storage.sightPeer(epoch) }
    }

    func certifyGone(_ epoch: ServerEpoch, renewal: Int64) async throws(JobStorageError) -> Bool {
        try await answer(.certifyGone) { storage throws(JobStorageError) in
            try await storage.certifyGone(epoch, renewal: renewal)
        }
    }

    func requeueOrphans(
        marks: PublishMarkRange,
        deletingExhausted names: [String]
    ) async throws(JobStorageError) -> OrphanRepair {
        try await answer(.requeueOrphans) { storage throws(JobStorageError) in
            let repair = try await storage.requeueOrphans(marks: marks, deletingExhausted: names)
            check(marks, repair.dispatches)
            return repair
        }
    }

    func adoptUnpublished(
        marks: PublishMarkRange,
        unpublishedAge age: Duration
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        try await answer(.adoptUnpublished) { storage throws(JobStorageError) in
            let dispatches = try await storage.adoptUnpublished(marks: marks, unpublishedAge: age)
            check(marks, dispatches)
            return dispatches
        }
    }

    func count(_ counts: [JobCounter: Int]) async throws(JobStorageError) {
        try await answer(.count) { storage throws(JobStorageError) in try await storage.count(counts) }
    }

    func tidy() async throws(JobStorageError) {
        try await answer(.tidy) { storage throws(JobStorageError) in try await storage.tidy() }
    }

    func retain(_ policy: RetentionPolicy, limit: Int) async throws(JobStorageError) -> RetentionStep {
        try await answer(.retain) { storage throws(JobStorageError) in
            try await storage.retain(policy, limit: limit)
        }
    }

    /// Notes rows that were given the marks of a session that was never registered.
    func check(_ marks: PublishMarkRange, _ dispatches: [MarkedDispatch]) {
        if !dispatches.isEmpty { checkSession(of: marks[0]) }
    }
}

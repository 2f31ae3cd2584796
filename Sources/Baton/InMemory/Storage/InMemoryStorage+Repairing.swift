internal import Locking

extension InMemoryStorage {
    /// Moves scheduled jobs that are due to their queues with the next generation.
    ///
    /// - Parameters:
    ///   - marks: As many marks as jobs may be moved.
    ///   - pace: How many may wait in their queues to be claimed.
    /// - Returns: What is to be published, when to ask again, and what holds queues back.
    /// - Throws: Never; the signature is the protocol's.
    public func promoteDue(marks: PublishMarkRange, pace: PromotionPace) async throws(JobStorageError) -> Promotion {
        transaction { tables, now in tables.promoteDue(marks, pace, at: now) }
    }

    /// Looks for disagreement, cheaply.
    ///
    /// - Parameter unpublishedAge: How old an unconfirmed row of a living session must be.
    /// - Returns: What disagrees.
    /// - Throws: Never; the signature is the protocol's.
    public func survey(unpublishedAge: Duration) async throws(JobStorageError) -> ReconcilerSurvey {
        transaction { tables, now in
            ReconcilerSurvey(
                expiredServers: tables.expiredServers(at: now),
                hasOrphans: !tables.orphans(limit: 1).isEmpty,
                hasUnpublished: !tables.unpublished(limit: 1, age: unpublishedAge, at: now).isEmpty,
                hasProbes: tables.hasProbes(at: now),
                hasLosses: tables.hasLosses
            )
        }
    }

    /// Certifies a server dead whose lease is over, unless the process stood still and nobody could renew.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - lease: The length of a lease.
    /// - Returns: Whether the certificate was written by this call.
    /// - Throws: Never; the signature is the protocol's.
    public func certifyDead(_ epoch: ServerEpoch, lease: Duration) async throws(JobStorageError) -> Bool {
        transaction { tables, now in tables.certify(epoch, lease: lease, at: now) }
    }

    /// Looks at another server.
    ///
    /// - Parameter epoch: The other server.
    /// - Returns: What is to be seen; `nil` when there is no such server, or only its lease may end it.
    /// - Throws: Never; the signature is the protocol's.
    public func sightPeer(_ epoch: ServerEpoch) async throws(JobStorageError) -> PeerSighting? {
        transaction { tables, now in tables.sight(epoch, at: now) }
    }

    /// Certifies a server dead before its lease is over.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - renewal: Its last renewal, when it was looked at.
    /// - Returns: Whether the certificate was written by this call.
    /// - Throws: Never; the signature is the protocol's.
    public func certifyGone(_ epoch: ServerEpoch, renewal: Int64) async throws(JobStorageError) -> Bool {
        transaction { tables, now in tables.certifyGone(epoch, renewal: renewal, at: now) }
    }

    /// Puts jobs of dead servers back with the next generation; fails those without an attempt left, or deletes them where
    /// their retries say so.
    ///
    /// - Parameters:
    ///   - marks: As many marks as jobs may be moved.
    ///   - names: The names of jobs whose policy deletes what is used up.
    /// - Returns: What is to be published.
    /// - Throws: Never; the signature is the protocol's.
    public func requeueOrphans(
        marks: PublishMarkRange,
        deletingExhausted names: [String]
    ) async throws(JobStorageError) -> OrphanRepair {
        transaction { tables, now in tables.requeueOrphans(marks, deletingExhausted: names, at: now) }
    }

    /// Moves the marks of rows that nobody answers for to another session; the generation stays.
    ///
    /// - Parameters:
    ///   - marks: As many marks as rows may be moved.
    ///   - age: How old an unconfirmed row of a living session must be.
    /// - Returns: What is to be published.
    /// - Throws: Never; the signature is the protocol's.
    public func adoptUnpublished(
        marks: PublishMarkRange,
        unpublishedAge age: Duration
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        transaction { tables, now in tables.adoptUnpublished(marks, age: age, at: now) }
    }

    /// Adds to counters.
    ///
    /// - Parameter counts: How much to add to each.
    /// - Throws: Never; the signature is the protocol's.
    public func count(_ counts: [JobCounter: Int]) async throws(JobStorageError) {
        transaction { tables, _ in tables.counters.merge(counts, uniquingKeysWith: +) }
    }

    /// Removes what nothing refers to any more: ended sessions, long dead servers.
    ///
    /// - Throws: Never; the signature is the protocol's.
    public func tidy() async throws(JobStorageError) {
        transaction { tables, now in tables.tidy(at: now) }
    }
}

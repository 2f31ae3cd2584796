public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Looks for disagreement, cheaply.
    ///
    /// - Parameter unpublishedAge: How old an unconfirmed row of a living session must be.
    /// - Returns: What disagrees.
    /// - Throws: ``JobStorageError``.
    public func survey(unpublishedAge: Duration) async throws(JobStorageError) -> ReconcilerSurvey {
        let sql = try await ready().reconciler.survey
        let walk = await walks.walk(for: .orphans)
        let statement = PostgresStatement(sql, unpublishedAge.microseconds, walk.first, walk.end, walk.begunAt)
        let result = try await perform(on: upkeep, statement)
        var looked: (blocks: Int, at: Date)?
        let survey = try reading { () throws(PostgresError) in
            guard let row = result.first else { throw PostgresError(.decodingFailed, "The survey has no row") }
            if let blocks = try row.decode(Int?.self, 3) { looked = (blocks, try row.decode(Date.self, 4)) }
            return ReconcilerSurvey(
                expiredServers: try row.decode([UUID].self, 0).map(ServerEpoch.init),
                hasOrphans: try row.decode(Bool.self, 1),
                hasUnpublished: try row.decode(Bool.self, 2),
                hasProbes: try row.decode(Bool.self, 5),
                hasLosses: try row.decode(Bool.self, 6)
            )
        }
        if let looked { _ = await walks.advance(.orphans, finding: [], of: looked.blocks, at: looked.at) }
        return survey
    }

    /// Certifies a server dead whose lease is over.
    ///
    /// Refuses unless the database was up for a whole lease: its process and this session are older, and the heartbeats
    /// of some living server came through without a gap. Without a living server nobody is certified.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - lease: The length of a lease.
    /// - Returns: Whether the certificate was written by this call.
    /// - Throws: ``JobStorageError``.
    public func certifyDead(_ epoch: ServerEpoch, lease: Duration) async throws(JobStorageError) -> Bool {
        let sql = try await ready().server.certify
        return try await !perform(on: upkeep, PostgresStatement(sql, epoch.uuid, lease.microseconds)).isEmpty
    }

    /// Puts jobs of dead servers back with the next generation; fails those without an attempt left, or deletes them where
    /// their retries say so.
    ///
    /// - Parameters:
    ///   - marks: As many marks as jobs may be moved.
    ///   - names: The names of jobs whose policy deletes what is used up.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    public func requeueOrphans(
        marks: PublishMarkRange,
        deletingExhausted names: [String]
    ) async throws(JobStorageError) -> OrphanRepair {
        let sql = try await ready().reconciler.requeueOrphans
        let statement = PostgresStatement(
            sql,
            marks.session?.uuid,
            marks.firstSequence,
            marks.count,
            RepairReason.orphan,
            names
        )
        let result = try await perform(on: upkeep, statement)
        return try reading { () throws(PostgresError) in
            var repair = OrphanRepair(dispatches: [], failed: 0)
            for row in result {
                switch try row.state(6) {
                case .failed: repair.failed += 1
                case .deleted: repair.deleted += 1
                default: repair.dispatches.append(try row.markedDispatch())
                }
            }
            repair.dispatches.sort { $0.sequence < $1.sequence }
            return repair
        }
    }

    /// Moves the marks of rows that nobody answers for to another session; the generation stays.
    ///
    /// - Parameters:
    ///   - marks: As many marks as rows may be moved.
    ///   - age: How old an unconfirmed row of a living session must be.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    public func adoptUnpublished(
        marks: PublishMarkRange,
        unpublishedAge age: Duration
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        let sql = try await ready().reconciler.adopt
        let statement = PostgresStatement(
            sql,
            marks.session?.uuid,
            marks.firstSequence,
            marks.count,
            RepairReason.unpublished,
            age.microseconds
        )
        let result = try await perform(on: upkeep, statement)
        return try reading { () throws(PostgresError) in try result.markedDispatches() }
    }
}

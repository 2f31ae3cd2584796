public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Claims jobs for a server.
    ///
    /// - Parameters:
    ///   - messages: What was delivered; each job at most once.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    public func claim(
        _ messages: [DispatchMessage],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimOutcome] {
        let sql = try await ready().claim
        if messages.isEmpty { return [] }
        let sorted = messages.inJobOrder(\.id)
        let result = try await perform(
            on: work,
            PostgresStatement(
                sql.claim,
                sorted.map(\.id.uuid),
                sorted.map { Int32(clamping: $0.generation) },
                owner.uuid,
                claim
            )
        )
        let claimed = try reading { () throws(PostgresError) in
            var claimed: [JobID: ClaimedJob] = [:]
            claimed.reserveCapacity(result.count)
            for row in result {
                let job = try row.claimedJob()
                claimed[job.id] = job
            }
            return claimed
        }
        let refused = claimed.count < messages.count ? messages.map(\.id).filter { claimed[$0] == nil } : []
        let standing = try await standing(of: refused, for: owner, hasChanged: !claimed.isEmpty)
        return messages.map { message in
            claimed[message.id].map { .claimed($0) }
                ?? .refused(standing?.refusal(of: message.id, at: message.generation) ?? .missing)
        }
    }

    /// Puts jobs off that nobody has claimed, because this server does not know their names.
    ///
    /// - Parameters:
    ///   - messages: What was delivered; rows that are not enqueued at that generation stay as they are.
    ///   - delay: How long to wait before they are enqueued again.
    ///   - reason: Why, for their histories.
    /// - Returns: Those that have no row, history included.
    /// - Throws: ``JobStorageError``.
    public func postpone(
        _ messages: [DispatchMessage],
        by delay: Duration,
        reason: String
    ) async throws(JobStorageError) -> [DispatchMessage] {
        let sql = try await ready().claim.postpone
        if messages.isEmpty { return [] }
        let sorted = messages.inJobOrder(\.id)
        let result = try await perform(
            on: work,
            PostgresStatement(
                sql,
                sorted.map(\.id.uuid),
                sorted.map { Int32(clamping: $0.generation) },
                delay.microseconds,
                reason
            )
        )
        let postponed = try reading { () throws(PostgresError) in try result.ids() }
        let rest = messages.filter { !postponed.contains($0.id) }
        // Asked for nobody: only whether there is a row counts. Putting off may be repeated as it is.
        let standing = try await standing(of: rest.map(\.id), for: ServerEpoch(Self.nobody), hasChanged: false)
        return rest.filter { standing?.refusal(of: $0.id, at: $0.generation) == .missing }
    }

    private static let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// How rows stand that a compare-and-set did not match.
    ///
    /// - Parameters:
    ///   - ids: The jobs.
    ///   - asking: The server that asks.
    ///   - hasChanged: Whether the compare-and-set matched others, whose answer is lost with this one's.
    /// - Returns: How they stand; nil when there is nothing to ask.
    /// - Throws: ``JobStorageError``.
    func standing(
        of ids: [JobID],
        for asking: ServerEpoch,
        hasChanged: Bool
    ) async throws(JobStorageError) -> Standing? {
        if ids.isEmpty { return nil }
        let sql = try await ready().claim.standing
        do throws(JobStorageError) {
            let result = try await perform(on: work, PostgresStatement(sql, ids.map(\.uuid), asking.uuid))
            return try reading { () throws(PostgresError) in try Standing(result, asking: asking) }
        } catch {
            guard hasChanged else { throw error }
            throw JobStorageError(
                .outcomeUnknown,
                "A part of the batch is stored; how the rest stands could not be learnt. Repeat it.",
                underlyingError: error
            )
        }
    }
}

public import Baton
internal import PostgresClient

extension PostgresStorage {
    /// Adds to counters.
    ///
    /// - Parameter counts: How much to add to each.
    /// - Throws: ``JobStorageError``.
    public func count(_ counts: [JobCounter: Int]) async throws(JobStorageError) {
        let sql = try await ready().upkeep.count
        // Everybody locks the counters in the same order.
        let sorted = counts.sorted { $0.key.name < $1.key.name }
        if sorted.isEmpty { return }
        try await perform(on: upkeep, PostgresStatement(sql, sorted.map(\.key.name), sorted.map(\.value)))
    }

    /// Removes what nothing refers to any more: ended sessions, long dead servers; prepares the coming days' partitions.
    ///
    /// - Throws: ``JobStorageError``.
    public func tidy() async throws(JobStorageError) {
        let sql = try await ready().upkeep
        // Apart from the rest: it locks tables, and it does not matter to it whether the rest succeeds.
        try await perform(on: upkeep, PostgresStatement(sql.preparePartitions))
        try await perform(on: upkeep, [PostgresStatement(sql.removeSessions), PostgresStatement(sql.removeServers)])
        for sql in sql.removeProbes { try await perform(on: upkeep, PostgresStatement(sql)) }
    }
}

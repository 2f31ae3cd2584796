public import Baton
internal import PostgresClient

extension PostgresStorage {
    /// Registers a publisher session; must be done before rows bear its marks.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - lease: How long it counts as alive without a word.
    /// - Throws: ``JobStorageError``.
    public func openSession(_ session: PublisherSession, lease: Duration) async throws(JobStorageError) {
        let sql = try await ready().session.open
        try await perform(on: upkeep, PostgresStatement(sql, session.uuid, lease.microseconds))
    }

    /// Stores how far a session is confirmed and renews it.
    ///
    /// Not durable at once.
    ///
    /// - Parameters:
    ///   - watermark: How far it is confirmed.
    ///   - lease: How long it counts as alive without another word.
    /// - Throws: ``JobStorageError``.
    public func saveWatermark(_ watermark: PublisherWatermark, lease: Duration) async throws(JobStorageError) {
        let sql = try await ready().session.save
        let statement = PostgresStatement(
            sql,
            watermark.session.uuid,
            watermark.confirmedBelow,
            watermark.pending,
            lease.microseconds
        )
        try await perform(on: upkeep, statement)
    }

    /// Ends a session with its last watermark.
    ///
    /// - Parameter watermark: How far it is confirmed, for good.
    /// - Throws: ``JobStorageError``.
    public func closeSession(_ watermark: PublisherWatermark) async throws(JobStorageError) {
        let sql = try await ready().session.close
        let statement = PostgresStatement(sql, watermark.session.uuid, watermark.confirmedBelow, watermark.pending)
        try await perform(on: upkeep, statement)
    }

    /// Takes the marks off rows whose publish was given up, so that anybody may publish them.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - sequences: The numbers given up.
    /// - Throws: ``JobStorageError``.
    public func releaseMarks(of session: PublisherSession, _ sequences: [Int64]) async throws(JobStorageError) {
        let sql = try await ready().session.releaseMarks
        if sequences.isEmpty { return }
        try await perform(on: upkeep, PostgresStatement(sql, session.uuid, sequences))
    }
}

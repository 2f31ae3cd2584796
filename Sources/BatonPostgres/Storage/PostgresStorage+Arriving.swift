package import Baton
internal import PostgresClient

extension PostgresStorage: OpenStorage {
    /// Watches for jobs that come in by SQL.
    ///
    /// - Returns: A watch, for one server.
    package func watchArrivals() -> any ArrivalWatch {
        DoorWatch(self)
    }

    /// Gives marks to jobs that have come in by SQL.
    ///
    /// - Parameter marks: As many marks as jobs may be taken over.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    package func publishArrivals(marks: PublishMarkRange) async throws(JobStorageError) -> [MarkedDispatch] {
        let sql = try await ready().door.publish
        // The broker has gone meanwhile: they stay as they are.
        guard marks.session != nil else { return [] }
        let statement = PostgresStatement(sql, marks.session?.uuid, marks.firstSequence, marks.count)
        let result = try await perform(on: upkeep, statement)
        return try reading { () throws(PostgresError) in try result.markedDispatches() }
    }
}

/// Storage into which producers put jobs by themselves, in transactions of their own and without a client of Baton's.
///
/// Nobody has published these jobs, and nobody has told a server in this process of them.
package protocol OpenStorage: JobStorage {
    /// Watches for such jobs.
    ///
    /// - Returns: A watch, for one server.
    func watchArrivals() -> any ArrivalWatch

    /// Gives marks to such jobs.
    ///
    /// - Parameter marks: As many marks as jobs may be taken over.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    func publishArrivals(marks: PublishMarkRange) async throws(JobStorageError) -> [MarkedDispatch]
}

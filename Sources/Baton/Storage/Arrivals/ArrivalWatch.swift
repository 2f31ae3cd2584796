/// How a server learns of jobs that producers have put into storage by themselves.
package protocol ArrivalWatch: Sendable {
    /// Waits until such jobs may be there; whoever waits for work in this process (``JobStorage/waitForWork(queues:patience:)``) is
    /// told where they cannot be published.
    ///
    /// - Parameters:
    ///   - canPublish: Whether they can be published at the moment.
    ///   - patience: How long to wait at most.
    /// - Returns: What may be there.
    /// - Throws: ``JobStorageError``.
    func next(canPublish: Bool, patience: Duration) async throws(JobStorageError) -> Arrivals
}

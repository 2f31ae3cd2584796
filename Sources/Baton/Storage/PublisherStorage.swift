/// What storage keeps about publishers: their sessions, and how far each is confirmed (PROTOCOL sections 1 and 2).
///
/// Each call is durable unless it says otherwise, and may be repeated after a lost answer.
public protocol PublisherStorage: Sendable {
    /// Registers a publisher session; must be done before rows bear its marks.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - lease: How long it counts as alive without a word.
    /// - Throws: ``JobStorageError``.
    func openSession(_ session: PublisherSession, lease: Duration) async throws(JobStorageError)

    /// Stores how far a session is confirmed and renews it. Need not be durable.
    ///
    /// - Parameters:
    ///   - watermark: How far it is confirmed.
    ///   - lease: How long it counts as alive without another word.
    /// - Throws: ``JobStorageError``.
    func saveWatermark(_ watermark: PublisherWatermark, lease: Duration) async throws(JobStorageError)

    /// Ends a session with its last watermark.
    ///
    /// - Parameter watermark: How far it is confirmed, for good.
    /// - Throws: ``JobStorageError``.
    func closeSession(_ watermark: PublisherWatermark) async throws(JobStorageError)

    /// Takes the marks off rows whose publish was given up, so that anybody may publish them.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - sequences: The numbers given up.
    /// - Throws: ``JobStorageError``.
    func releaseMarks(of session: PublisherSession, _ sequences: [Int64]) async throws(JobStorageError)
}

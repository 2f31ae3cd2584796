public import Baton

/// A storage under trial, and what a trial must be able to do to it.
public struct JobStorageSubject: Sendable {
    /// The storage, running and empty.
    public var storage: any JobStorage
    /// Lets so much time pass, at least, for everything that the storage judges by time: due times, leases, ages.
    ///
    /// Whoever cannot wait moves what is stored into the past instead; but a while of 50 ms or less must really pass, since
    /// the names of renewals may be made of times.
    public var advance: @Sendable (Duration) async throws -> Void
    /// What a counter stands at.
    public var counter: @Sendable (JobCounter) async throws -> Int
    /// The means for ``JobStorageConformance/takeoverRules``; `nil` where the storage writes no early certificates.
    public var presence: PresenceControls?
    /// How long a trial waits for what must come: a guard against hanging, not a measure of speed.
    public var patience: Duration
    /// Where the ids, epochs and sessions of a trial come from, and what its patience is measured by.
    public var environment: JobEnvironment

    /// Creates a subject.
    ///
    /// - Parameters:
    ///   - storage: The storage, running and empty.
    ///   - presence: The means to try early certificates; `nil` where the storage writes none.
    ///   - patience: How long a trial waits for what must come.
    ///   - environment: Where the ids, epochs and sessions of a trial come from, and what its patience is measured by.
    ///   - counter: What a counter stands at.
    ///   - advance: Lets so much time pass, at least, for everything that the storage judges by time.
    public init(
        _ storage: any JobStorage,
        presence: PresenceControls? = nil,
        patience: Duration = .seconds(30),
        environment: JobEnvironment = JobEnvironment(),
        counter: @escaping @Sendable (JobCounter) async throws -> Int,
        advance: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.storage = storage
        self.presence = presence
        self.patience = patience
        self.environment = environment
        self.counter = counter
        self.advance = advance
    }
}

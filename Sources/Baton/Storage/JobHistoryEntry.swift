#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One transition of a job.
public struct JobHistoryEntry: Sendable, Hashable {
    /// When, by the storage's clock.
    public var at: Date
    /// The state entered.
    public var state: JobState
    /// Why, when there is more to say than the state.
    public var reason: String?
    /// The server that made the move or ran the job.
    public var server: ServerEpoch?
    /// How often the job had been claimed.
    public var run: Int
    /// How many attempts were spent.
    public var attempt: Int
    /// What belongs to the state: error type and message, duration, latency, due time.
    public var data: JSONText?

    /// Creates an entry.
    ///
    /// - Parameters:
    ///   - at: When.
    ///   - state: The state entered.
    ///   - reason: Why, or `nil`.
    ///   - server: The server that made the move, or `nil`.
    ///   - run: How often the job had been claimed.
    ///   - attempt: How many attempts were spent.
    ///   - data: What belongs to the state, or `nil`.
    public init(
        at: Date,
        state: JobState,
        reason: String?,
        server: ServerEpoch?,
        run: Int,
        attempt: Int,
        data: JSONText?
    ) {
        self.at = at
        self.state = state
        self.reason = reason
        self.server = server
        self.run = run
        self.attempt = attempt
        self.data = data
    }
}

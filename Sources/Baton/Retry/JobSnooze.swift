/// Thrown by a job that is to run again after a while although nothing has failed: no attempt is spent.
///
/// ```swift
/// guard try await bank.isOpen() else { throw JobSnooze(for: .seconds(600), reason: "the bank is closed") }
/// ```
///
/// Errors of earlier attempts stay. The history keeps every round, so a job that waits for something all day long should
/// not look every second.
public struct JobSnooze: Error, Sendable, Hashable {
    /// The longest reason kept, in bytes of UTF-8.
    static let maximumReasonBytes = 500

    /// The shortest wait: a job that comes back at once, again and again, keeps its server and its storage busy with nothing.
    public static let shortest = Duration.seconds(1)

    /// How long the job waits, from ``shortest`` to ``RetryDelays/longest``.
    public let duration: Duration

    /// Why, for its history.
    public let reason: String?

    /// Creates the error.
    ///
    /// - Parameters:
    ///   - duration: How long the job is to wait; what is less than a second is a second, and more than 366 days are 366 days.
    ///   - reason: Why, for its history.
    public init(for duration: Duration, reason: String? = nil) {
        self.duration = max(RetryDelays.bounded(duration), Self.shortest)
        self.reason = reason
    }
}

extension JobSnooze: CustomStringConvertible {
    /// What a person reads in the job's history.
    public var description: String {
        (reason.map { "Snoozed: \($0)" } ?? "Snoozed").storable(bytes: Self.maximumReasonBytes)
    }
}

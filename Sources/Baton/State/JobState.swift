/// The states of a job, by Hangfire's names.
///
/// ``JobTransition`` holds the table of legal moves between them.
public enum JobState: String, Sendable, Hashable, CaseIterable, Codable {
    /// Waits for its time.
    case scheduled
    /// Waits for a parent job to end.
    case awaiting
    /// Ready to run; a dispatch message is on its way.
    case enqueued
    /// Owned by a server, which runs it.
    case processing
    /// Ended well. Final.
    case succeeded
    /// Attempts used up; waits for a person. Not final.
    case failed
    /// Given up on purpose. Final.
    case deleted

    /// Whether a job in this state never moves again by itself or by hand, but for a requeue.
    public var isFinal: Bool {
        self == .succeeded || self == .deleted
    }

    /// Whether a job in this state can be put back into its queue by hand.
    package var canBeRequeued: Bool {
        switch self {
        case .succeeded, .failed, .deleted, .scheduled: true
        case .awaiting, .enqueued, .processing: false
        }
    }
}

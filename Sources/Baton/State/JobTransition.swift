/// The one table of legal moves between job states.
///
/// Storage implementations make these moves as compare-and-set statements; the table is what their tests and the
/// conformance suite hold them against.
public struct JobTransition: Sendable, Hashable {
    /// The state left; `nil` for a job that is being created.
    public let from: JobState?
    /// The state entered.
    public let to: JobState

    /// Creates a move.
    ///
    /// - Parameters:
    ///   - from: The state left, or `nil` for a new job.
    ///   - to: The state entered.
    public init(from: JobState?, to: JobState) {
        self.from = from
        self.to = to
    }

    /// Whether the table allows the move.
    public var isLegal: Bool {
        Self.legal.contains(self)
    }

    /// Whether the move puts the job back into a queue, which gives it a new generation.
    ///
    /// PROTOCOL section 1: the generation grows with each return to enqueued, so that messages of an earlier stay in the
    /// queue are recognised as stale.
    public var startsGeneration: Bool {
        to == .enqueued
    }

    /// Every legal move.
    public static let legal: Set<JobTransition> = Set(
        targets.flatMap { from, targets in targets.map { JobTransition(from: from, to: $0) } }
    )

    private static let targets: [JobState?: [JobState]] = [
        nil: [.scheduled, .awaiting, .enqueued],
        .scheduled: [.enqueued, .scheduled, .deleted],
        .awaiting: [.enqueued, .scheduled, .deleted],
        // Back to scheduled: a type that this server does not know is put off for one that does.
        .enqueued: [.processing, .scheduled, .deleted, .failed],
        // Straight back to enqueued: its server died, or does not run it.
        .processing: [.succeeded, .failed, .deleted, .scheduled, .enqueued],
        .succeeded: [.enqueued],
        .failed: [.enqueued, .deleted],
        .deleted: [.enqueued],
    ]
}

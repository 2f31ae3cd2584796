/// What one pass over the jobs whose state and queue disagree has mended.
public struct ReconcileReport: Sendable, Hashable {
    /// How many jobs of dead servers are in their queues again.
    public var requeued = 0
    /// How many jobs of dead servers have failed, having no attempt left.
    public var failed = 0
    /// How many of them were deleted instead, as their enqueue says.
    public var deleted = 0
    /// How many jobs were published for which nobody had answered.
    public var published = 0
    /// How many jobs were published whose messages the broker had lost.
    public var lost = 0
    /// Whether the broker could be reached; without it, what nobody has published stays as it is.
    public var hasBroker = true
    /// Whether the broker has confirmed everything that was published.
    ///
    /// What it has not is published again later, by whoever reconciles next.
    public var isConfirmed = true

    /// Creates an empty report.
    public init() {}
}

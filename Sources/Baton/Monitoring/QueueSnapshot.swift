/// A queue as it stands.
public struct QueueSnapshot: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// How many jobs are ready.
    public var enqueued: Int
    /// How many jobs run.
    public var processing: Int
    /// How many jobs wait for their time, before they come to this queue.
    public var scheduled: Int
    /// How long the oldest of those has waited that are ready.
    public var oldestAge: Duration?
    /// How long a probe has been on its way through it, if one is (PROTOCOL section 4).
    ///
    /// As long as it does not come back, the queue is long, or nobody takes from it; that is no sign of a loss.
    public var probeAge: Duration?
    /// How many living servers serve it.
    public var servers: Int
    /// Whether there were more jobs than a look goes through, so that there may be more of each than is said here.
    public var isPartial: Bool

    /// Creates a snapshot.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - enqueued: How many jobs are ready.
    ///   - processing: How many jobs run.
    ///   - scheduled: How many jobs wait for their time.
    ///   - oldestAge: How long the oldest of those has waited that are ready.
    ///   - probeAge: How long a probe has been on its way through it.
    ///   - servers: How many living servers serve it.
    ///   - isPartial: Whether there may be more of each than is said here.
    public init(
        name: String,
        enqueued: Int = 0,
        processing: Int = 0,
        scheduled: Int = 0,
        oldestAge: Duration? = nil,
        probeAge: Duration? = nil,
        servers: Int = 0,
        isPartial: Bool = false
    ) {
        self.name = name
        self.enqueued = enqueued
        self.processing = processing
        self.scheduled = scheduled
        self.oldestAge = oldestAge
        self.probeAge = probeAge
        self.servers = servers
        self.isPartial = isPartial
    }
}

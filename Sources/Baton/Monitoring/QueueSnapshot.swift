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
    /// Where it is paused, if it is: that of every server first.
    public var pauses: [QueuePause]
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
    ///   - pauses: Where it is paused.
    ///   - isPartial: Whether there may be more of each than is said here.
    public init(
        name: String,
        enqueued: Int = 0,
        processing: Int = 0,
        scheduled: Int = 0,
        oldestAge: Duration? = nil,
        probeAge: Duration? = nil,
        servers: Int = 0,
        pauses: [QueuePause] = [],
        isPartial: Bool = false
    ) {
        self.name = name
        self.enqueued = enqueued
        self.processing = processing
        self.scheduled = scheduled
        self.oldestAge = oldestAge
        self.probeAge = probeAge
        self.servers = servers
        self.pauses = pauses
        self.isPartial = isPartial
    }

    /// Whether jobs wait that nobody will start: no living server serves the queue.
    ///
    /// They are kept until one does.
    public var isUnserved: Bool {
        servers == 0 && enqueued + scheduled > 0
    }
}

extension [QueueSnapshot] {
    /// The same queues with their pauses, and those besides that are paused and hold nothing; by name.
    ///
    /// - Parameter pauses: The pauses, in the order in which those of a queue are shown.
    /// - Returns: The queues.
    package func noting(_ pauses: [QueuePause]) -> [QueueSnapshot] {
        guard !pauses.isEmpty else { return self }
        var byQueue = Dictionary(grouping: pauses, by: \.queue)
        var queues = map { queue in
            var queue = queue
            queue.pauses = byQueue.removeValue(forKey: queue.name) ?? []
            return queue
        }
        for (name, pauses) in byQueue { queues.append(QueueSnapshot(name: name, pauses: pauses)) }
        return queues.sorted { $0.name < $1.name }
    }
}

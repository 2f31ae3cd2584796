/// A server as it is listed in storage.
public struct ServerRegistration: Sendable, Hashable {
    /// The epoch of this life.
    public var epoch: ServerEpoch
    /// A name for people: host, process id.
    public var name: String
    /// The process id on its host.
    public var processID: Int
    /// The queues it serves.
    public var queues: [String]
    /// How many jobs it runs at once.
    public var concurrency: Int
    /// The names of the jobs it knows, aliases included.
    public var jobNames: [String]
    /// What other servers can see of it; `nil` when only its lease may end it.
    public var presence: ServerPresence?
    /// The epoch that this one takes the place of, after it was certified dead; `nil` for a server's first.
    public var replacedEpoch: ServerEpoch?

    /// Creates a registration.
    ///
    /// - Parameters:
    ///   - epoch: The epoch of this life.
    ///   - name: A name for people.
    ///   - processID: The process id on its host.
    ///   - queues: The queues it serves.
    ///   - concurrency: How many jobs it runs at once.
    ///   - jobNames: The names of the jobs it knows, aliases included.
    ///   - presence: What other servers can see of it; `nil` when only its lease may end it.
    ///   - replacedEpoch: The epoch that this one takes the place of.
    public init(
        epoch: ServerEpoch,
        name: String,
        processID: Int,
        queues: [String],
        concurrency: Int,
        jobNames: [String],
        presence: ServerPresence? = nil,
        replacedEpoch: ServerEpoch? = nil
    ) {
        self.epoch = epoch
        self.name = name
        self.processID = processID
        self.queues = queues
        self.concurrency = concurrency
        self.jobNames = jobNames
        self.presence = presence
        self.replacedEpoch = replacedEpoch
    }
}

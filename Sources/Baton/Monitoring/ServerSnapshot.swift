#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A server as it is listed.
public struct ServerSnapshot: Sendable, Hashable {
    /// Whether a server lives.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Its lease runs.
        case alive
        /// Its lease is over, and nobody has certified it dead yet.
        case expired
        /// Certified dead; its jobs are requeued.
        case dead
    }

    /// The epoch of this life.
    public var epoch: ServerEpoch
    /// A name for people: host, process id.
    public var name: String
    /// The process id on its host.
    public var processID: Int
    /// Whether it lives.
    public var state: State
    /// The queues it serves.
    public var queues: [String]
    /// How many jobs it runs at once.
    public var concurrency: Int
    /// The names of the jobs it knows, aliases included.
    public var jobNames: [String]
    /// When it was listed.
    public var startedAt: Date
    /// When it last renewed its lease.
    public var heartbeatAt: Date
    /// Until when it counts as alive without another heartbeat.
    public var leaseUntil: Date
    /// When it was certified dead.
    public var certifiedAt: Date?

    /// Creates a snapshot.
    ///
    /// - Parameters:
    ///   - epoch: The epoch of this life.
    ///   - name: A name for people.
    ///   - processID: The process id on its host.
    ///   - state: Whether it lives.
    ///   - queues: The queues it serves.
    ///   - concurrency: How many jobs it runs at once.
    ///   - jobNames: The names of the jobs it knows, aliases included.
    ///   - startedAt: When it was listed.
    ///   - heartbeatAt: When it last renewed its lease.
    ///   - leaseUntil: Until when it counts as alive without another heartbeat.
    ///   - certifiedAt: When it was certified dead, if it was.
    public init(
        epoch: ServerEpoch,
        name: String,
        processID: Int,
        state: State,
        queues: [String],
        concurrency: Int,
        jobNames: [String],
        startedAt: Date,
        heartbeatAt: Date,
        leaseUntil: Date,
        certifiedAt: Date?
    ) {
        self.epoch = epoch
        self.name = name
        self.processID = processID
        self.state = state
        self.queues = queues
        self.concurrency = concurrency
        self.jobNames = jobNames
        self.startedAt = startedAt
        self.heartbeatAt = heartbeatAt
        self.leaseUntil = leaseUntil
        self.certifiedAt = certifiedAt
    }
}

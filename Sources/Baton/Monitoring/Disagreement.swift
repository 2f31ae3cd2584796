#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Something that the reconciler would mend (PROTOCOL section 4).
public struct Disagreement: Sendable, Hashable {
    /// What disagrees.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A job is enqueued, and nobody answers for its message.
        case unpublished
        /// A job is enqueued, and the broker is known to have lost its message.
        case lost
        /// A job is processing, and its server is dead.
        case orphan
        /// A server's lease is over, and nobody has certified it dead.
        case expiredServer = "expired_server"
    }

    /// What disagrees.
    public var kind: Kind
    /// The job, unless it is a server.
    public var job: JobID?
    /// The stored name of the job's function.
    public var name: String?
    /// The job's queue.
    public var queue: String?
    /// The server concerned, if there is one.
    public var server: ServerEpoch?
    /// Since when it is as it is: the job in its state, the lease over.
    public var since: Date
    /// Why it disagrees, for people.
    public var reason: String
    /// What is done about it, for people.
    public var remedy: String

    /// Creates a finding.
    ///
    /// - Parameters:
    ///   - kind: What disagrees.
    ///   - job: The job, unless it is a server.
    ///   - name: The stored name of the job's function.
    ///   - queue: The job's queue.
    ///   - server: The server concerned.
    ///   - since: Since when it is as it is.
    ///   - reason: Why it disagrees.
    ///   - remedy: What is done about it.
    public init(
        _ kind: Kind,
        job: JobID? = nil,
        name: String? = nil,
        queue: String? = nil,
        server: ServerEpoch? = nil,
        since: Date,
        reason: String,
        remedy: String
    ) {
        self.kind = kind
        self.job = job
        self.name = name
        self.queue = queue
        self.server = server
        self.since = since
        self.reason = reason
        self.remedy = remedy
    }
}

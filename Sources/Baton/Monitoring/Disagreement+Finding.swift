#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// What every storage says in the same words.
extension Disagreement {
    /// Why nobody answers for the message of an enqueued row.
    package enum Silence: Int16, Sendable {
        case unmarked = 0
        case unknownSession = 1
        case endedSession = 2
        case oldMark = 3

        var reason: String {
            switch self {
            case .unmarked: "it was stored without a publisher, or its publisher gave it up"
            case .unknownSession: "nothing is known of its publisher"
            case .endedSession: "its publisher ended, or fell silent, before the broker confirmed it"
            case .oldMark: "its publisher lives, and the broker has not confirmed it for long"
            }
        }
    }

    /// An enqueued row without a message that anybody answers for.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - name: The stored name of its function.
    ///   - queue: Its queue.
    ///   - silence: Why nobody answers for it.
    ///   - since: Since when it has its mark, or waits without one.
    /// - Returns: The finding.
    package static func unpublished(
        _ job: JobID,
        name: String,
        queue: String,
        _ silence: Silence,
        since: Date
    ) -> Disagreement {
        Disagreement(
            .unpublished,
            job: job,
            name: name,
            queue: queue,
            since: since,
            reason: silence.reason,
            remedy: "publish it at the same generation"
        )
    }

    /// An enqueued row whose message is lost.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - name: The stored name of its function.
    ///   - queue: Its queue.
    ///   - since: Since when it has its mark.
    /// - Returns: The finding.
    package static func lost(_ job: JobID, name: String, queue: String, since: Date) -> Disagreement {
        Disagreement(
            .lost,
            job: job,
            name: name,
            queue: queue,
            since: since,
            reason: "the broker has lost its message: a probe behind it came back, or its queue was gone",
            remedy: "publish it at the same generation"
        )
    }

    /// A processing row whose owner is dead.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - name: The stored name of its function.
    ///   - queue: Its queue.
    ///   - owner: The server that ran it.
    ///   - isListed: Whether the server is on the list still.
    ///   - hasAttempts: Whether the job has an attempt left.
    ///   - since: Since when it runs.
    /// - Returns: The finding.
    package static func orphan(
        _ job: JobID,
        name: String,
        queue: String,
        owner: ServerEpoch?,
        isListed: Bool,
        hasAttempts: Bool,
        since: Date
    ) -> Disagreement {
        Disagreement(
            .orphan,
            job: job,
            name: name,
            queue: queue,
            server: owner,
            since: since,
            reason: isListed ? "its server is certified dead" : "its server is not on the list any more",
            remedy: hasAttempts
                ? "requeue it with the next generation" : "let it fail: it has no attempt left"
        )
    }

    /// A server whose lease is over.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - name: Its name for people.
    ///   - leaseUntil: When the lease ended.
    /// - Returns: The finding.
    package static func expired(_ epoch: ServerEpoch, name: String, leaseUntil: Date) -> Disagreement {
        Disagreement(
            .expiredServer,
            server: epoch,
            since: leaseUntil,
            reason: "its lease is over (\(name))",
            remedy: "a living server certifies it dead once it has watched for a lease, and requeues its jobs"
        )
    }
}

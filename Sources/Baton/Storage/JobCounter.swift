/// A named count of things that should be rare: repairs by reason, fenced completions, duplicate deliveries.
public struct JobCounter: Sendable, Hashable, CustomStringConvertible {
    /// The name under which it is stored.
    public let name: String

    private init(_ name: String) {
        self.name = name
    }

    /// A counter as it is stored, perhaps by another version.
    ///
    /// - Parameter name: The name under which it is stored.
    package init(stored name: String) {
        self.init(name)
    }

    /// The name.
    public var description: String {
        name
    }

    /// Completions that the fence refused.
    public static let fencedCompletions = JobCounter("fenced_completions")
    /// Deliveries dropped because the job had moved on or another server runs it.
    public static let duplicateDeliveries = JobCounter("duplicate_deliveries")
    /// Messages without a row, parked.
    public static let parkedMessages = JobCounter("parked_messages")
    /// Rows published again because nobody answered for their publish.
    public static let repairedUnpublished = JobCounter("repaired_unpublished")
    /// Rows published again because the broker lost their messages.
    public static let repairedLost = JobCounter("repaired_lost")
    /// Rounds of probing that proved nothing.
    public static let voidProbes = JobCounter("void_probes")
    /// Rounds of probing that ended as a loss without a proof, as the last of many that were void.
    public static let suspectedLosses = JobCounter("suspected_losses")
    /// Queues that the broker was found not to have although there were messages in them.
    public static let missingQueues = JobCounter("missing_queues")
    /// Jobs taken from dead servers.
    public static let repairedOrphans = JobCounter("repaired_orphans")
    /// Rows of a living server that it did not run, found by its audit.
    public static let repairedUnheld = JobCounter("repaired_unheld")
    /// Runs cancelled because their rows were no longer the server's.
    public static let cancelledLostRuns = JobCounter("cancelled_lost_runs")
    /// Runs that paid no heed to their cancellation for long.
    public static let unheededCancellations = JobCounter("unheeded_cancellations")
    /// Submissions that had been stored before.
    public static let duplicateSubmissions = JobCounter("duplicate_submissions")
    /// Submissions that are no jobs.
    public static let rejectedSubmissions = JobCounter("rejected_submissions")
    /// Rejects that are kept, but that the broker would not take.
    public static let unpublishedRejects = JobCounter("unpublished_rejects")
    /// Servers certified dead.
    public static let certifiedServers = JobCounter("certified_servers")
    /// Those of them that were certified before their lease was over.
    public static let earlyCertificates = JobCounter("early_certificates")
}

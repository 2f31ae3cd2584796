#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How a ``JobServer`` behaves.
public struct JobServerConfiguration: Sendable {
    /// The server's name: 1 to 200 bytes of printable characters; `nil` for its host and process.
    ///
    /// A pause of a queue on one server goes by the name. One that stays the same when the server is started again keeps it
    /// paused; servers that share a name share it, too.
    public var name: String?
    /// How many jobs run at once, each on a thread of its own.
    ///
    /// Hangfire's min(cores × 5, 20) by default.
    public var concurrency: Int
    /// How many deliveries of each queue wait here beyond those that run: work that is at hand when a thread is free.
    ///
    /// Of urgent, high and low jobs none wait here beyond as many as run: what is at hand has lost its place among those of
    /// other levels that come later.
    ///
    /// Deliveries that come in bundles are at hand besides; what finds no thread in a moment is sent on.
    public var lookAhead: Int
    /// While fewer jobs than this run here, what this server's client enqueues starts at once, and not by way of its queue.
    ///
    /// The job is then stored as this server's, and runs as soon as it is stored: without a message, in less than half the time.
    /// It goes through its queue, to any server, where as many run already, where no thread is free or the server has other
    /// jobs waiting, where its queue is paused, or where the server does not serve the queue or know the job. So does what is
    /// stored under a given id, in a transaction, for later, or together with more than there is room for; and what other
    /// clients enqueue.
    ///
    /// As many as there are processors by default, so that what is plenty spreads over all servers; 0 for none.
    public var eagerStarts: Int
    /// From which queue the next job is taken when jobs wait in several.
    public var queueOrder = QueueOrder.arrival
    /// How often the lease is renewed.
    public var heartbeatInterval = Duration.seconds(2)
    /// How long the server counts as alive without a heartbeat, by the database's clock.
    public var lease = Duration.seconds(15)
    /// Whether a server whose connections to storage and broker are both gone passes for dead at once, before its lease is
    /// over; its jobs then start elsewhere within about two seconds.
    ///
    /// A server that goes on running without either connection is certified dead too. It learns of it at its next
    /// heartbeat and cancels its runs, so that two runs of a job may overlap until then. Turn it off behind a connection
    /// pooler or a proxy that keeps connections of its own, and for jobs that must never overlap: then only the lease
    /// ends this server, and this server certifies by the lease alone. Without a transport it is always so, and where a job
    /// is declared exclusive (``JobCall/isExclusive``): let a server of its own run those, where that matters to others.
    public var fastTakeover = true
    /// How often the reconciler looks for disagreement.
    public var reconcileInterval = Duration.seconds(4)
    /// How old an unconfirmed row of a living publisher must be before another publishes it (T of PROTOCOL section 2).
    ///
    /// Longer than a publisher tries by itself, and than its watermark is old.
    public var unpublishedAge = Duration.seconds(20)
    /// How long a published job must have waited before its queue is probed for lost messages (T of PROTOCOL section 4).
    ///
    /// No sign of a loss by itself: where the queue is long, or nobody serves it, nothing comes of it.
    public var lostAge = Duration.seconds(10)
    /// How long a broker may take to notice that a connection is gone, and to give its messages to others.
    ///
    /// Three of the connection's heartbeats. No round of probing begins sooner after a consumer has ended.
    public var consumerQuiet = Duration.seconds(30)
    /// How long the first round of probing a queue may take before it is given up; each further one in a row takes twice as
    /// long as the one before.
    ///
    /// A round that finds its queue empty takes a moment; with a backlog it takes as long as the backlog.
    public var probePatience = Duration.seconds(30)
    /// How long the scheduler sleeps at most.
    ///
    /// Wake-ups come from the earliest due time and from whoever schedules.
    public var schedulePollInterval = Duration.seconds(10)
    /// How long running jobs may take to end at a graceful shutdown before they are cancelled and put back.
    public var shutdownTimeout = Duration.seconds(15)
    /// How often the progress of jobs is stored at most, of all that run here at once; what is said in between takes the
    /// place of what was said before.
    public var progressInterval = Duration.seconds(1)
    /// How long cancelled jobs may take to give way: at a shutdown before the server leaves them to its lease, and
    /// otherwise before it is reported that they keep their threads.
    public var cancellationTimeout = Duration.seconds(5)
    /// How long a delivery is held before the lease alone protects its job, or before it is given back when it waits
    /// for a thread.
    ///
    /// min(5 min, a third of the broker's consumer timeout) of PROTOCOL section 2, at the broker's default.
    public var acknowledgeAfter = Duration.seconds(300)
    /// How long a job waits whose name this server does not know, before it is enqueued again for one that does.
    public var unknownJobDelay = Duration.seconds(30)
    /// How jobs are taken that other programs publish to the broker; `nil` where none are, which then costs nothing.
    public var submissions: SubmissionOptions?
    /// Whether and when failed jobs are tried again that declare no ``JobCall/retry`` of their own.
    public var retryPolicy = RetryPolicy.hangfire
    /// How long jobs that have ended stay; `nil` where this server neither counts nor removes any.
    public var retention: RetentionPolicy? = RetentionPolicy()
    /// How often it is looked for jobs whose time is over.
    public var retentionInterval = Duration.seconds(60)

    /// Creates the defaults.
    public init() {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        concurrency = min(processors * 5, 20)
        lookAhead = concurrency
        eagerStarts = processors
    }
}

public import Baton
public import CoreMetrics

/// Counters and timers of jobs.
///
/// | metric | what | dimensions |
/// |---|---|---|
/// | `jobs.enqueued` | jobs stored by this client | `job.name`, `queue.name` |
/// | `jobs.queue.latency` | from being ready to the start of a run | `job.name`, `queue.name` |
/// | `messaging.process.duration` | how long a run took | `job.name`, `queue.name`, `job.state` |
/// | `jobs.state.transitions` | ends of runs | `job.name`, `from`, `to` |
/// | `jobs.reconciler.repaired` | jobs put back or published again | `reason` |
/// | `jobs.events` | the other counters of `baton.counters` | `event` |
///
/// Times are kept in seconds. Names of jobs and queues are few; nothing of a single job becomes a dimension. Repairs are counted
/// where the server makes them.
public struct JobMetrics: JobCreationFilter, AppliedStateFilter, JobCounterObserver {
    private let meters: Meters

    /// Creates the filter.
    ///
    /// - Parameter factory: Where metrics go; what the program has bootstrapped by default.
    public init(factory: (any MetricsFactory)? = nil) {
        meters = Meters(factory ?? MetricsSystem.factory)
    }

    /// Counts a job.
    ///
    /// - Parameter job: The job, as it is stored.
    public func didCreate(_ job: JobCreation) async {
        meters.counter("jobs.enqueued", [("job.name", job.name), ("queue.name", job.queue)]).increment()
    }

    /// Counts and times a run.
    ///
    /// - Parameter applied: What the run has come to.
    public func didApply(_ applied: AppliedState) async {
        let job = applied.job
        let whose = [("job.name", job.name), ("queue.name", job.queue)]
        let state = applied.state.rawValue
        meters.counter("jobs.state.transitions", [("job.name", job.name), ("from", "processing"), ("to", state)])
            .increment()
        meters.timer("jobs.queue.latency", whose).record(applied.latency)
        meters.timer("messaging.process.duration", whose + [("job.state", state)]).record(applied.duration)
    }

    /// Counts what the server has mended, or refused.
    ///
    /// - Parameter counts: By how much each counter grows.
    public func didCount(_ counts: [JobCounter: Int]) {
        let repaired = "repaired_"
        for (counter, count) in counts {
            let meter =
                counter.name.hasPrefix(repaired)
                ? meters.counter(
                    "jobs.reconciler.repaired",
                    [("reason", String(counter.name.dropFirst(repaired.count)))]
                )
                : meters.counter("jobs.events", [("event", counter.name)])
            meter.increment(by: count)
        }
    }
}

import Baton

/// What is left of the demonstration in PostgreSQL, judged.
struct DemoReport: Sendable {
    /// Three percentiles of a time, in milliseconds.
    struct Percentiles: Sendable {
        let count: Int
        let p50: Double
        let p95: Double
        let p99: Double
    }

    /// What the kill did.
    struct Kill: Sendable {
        /// Runs that had begun and not ended.
        let running: Int
        /// Jobs that the killed worker had begun and that ran again.
        let rerun: Int
        /// Those among them whose work was done, while the row did not say so yet.
        let rerunAfterWork: Int
        /// From the kill to the next run.
        let recovery: Recovery?
    }

    /// How long the killed worker's jobs waited for their next run, in seconds.
    struct Recovery: Sendable {
        let shortest: Double
        let median: Double
        let longest: Double
        /// How long until the last of them was back in its queue.
        let requeued: Double
    }

    /// The jobs whose ids the client handed out.
    let enqueued: Int
    /// Those that succeeded.
    let succeeded: Int
    /// Those that failed, with their last error.
    let failed: [(id: JobID, error: String)]
    /// Those whose row is gone, or that have not ended.
    let lost: [JobID]
    /// Those whose result is not what `sha256sum` says, with their files.
    let different: [(id: JobID, path: String)]

    /// What the kill did.
    let kill: Kill
    /// Jobs that ran more than once.
    let ranAgain: Int
    /// Why they did, from their histories, with the number of jobs.
    let reasons: [(reason: String, jobs: Int)]
    /// Pairs of runs of one job at one time.
    let overlaps: Int

    /// From the commit of the enqueue to the start of the first run: jobs enqueued one by one, before any fault.
    let pacedLatency: Percentiles
    /// The same for all jobs enqueued before RabbitMQ was stopped.
    let latencyBeforeOutage: Percentiles
    /// The same for all jobs: it holds the wait for a free worker and the faults.
    let latency: Percentiles
    /// From the first enqueue to the last end, in seconds.
    let seconds: Double
    /// The time without RabbitMQ, in seconds.
    let brokerOutage: Double
    /// How much Baton's counters grew, in the whole namespace.
    let counters: [(name: String, growth: Int)]

    /// What the process ends with.
    var exitCode: DemoExitCode {
        if !lost.isEmpty || succeeded < enqueued { return .jobLost }
        if !different.isEmpty { return .checksumDiffers }
        if overlaps > 0 { return .runsOverlapped }
        if kill.running < DemoPlan.runningWhenKilled { return .faultMissed }
        return .success
    }
}

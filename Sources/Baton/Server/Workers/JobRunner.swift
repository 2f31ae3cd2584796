import Locking

/// Runs one claimed job on a thread of its own and says what it comes to.
struct JobRunner: Sendable {
    private let core: ServerCore
    private let execution: JobExecution

    /// Makes a runner.
    ///
    /// - Parameter core: The server whose jobs it runs.
    init(core: ServerCore) {
        self.core = core
        execution = JobExecution(
            registry: core.registry,
            server: core.name,
            retryPolicy: core.configuration.retryPolicy,
            filters: core.client.filters,
            unknownJobDelay: core.configuration.unknownJobDelay,
            environment: core.environment,
            logger: core.logger
        )
    }

    /// Starts a job that is in the table of runs.
    ///
    /// The task is owned by that table: it is cancelled through it, and a stopping server waits for it there.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - worker: Its worker, which calls this.
    func start(_ job: ClaimedJob, on worker: any Worker) {
        let key = OwnedRun(id: job.id, claim: job.claim)
        guard core.table.withLock({ $0.begin(key, at: core.clock.now) }) else {
            worker.release()
            return
        }
        if core.registry.hasExclusiveJobs, core.registry[job.name]?.isExclusive == true {
            // Its lease may have ended while it waited for the thread.
            core.cancelExclusiveRuns()
        }
        let task = Task(executorPreference: worker.executor) {
            await run(job, key, worker)
        }
        if core.table.withLock({ $0.setCancel(key) { task.cancel() } }) {
            task.cancel()
        }
    }

    private func run(_ job: ClaimedJob, _ key: OwnedRun, _ worker: any Worker) async {
        let completion = await execution.run(job, control: TabledRun(core: core, key: key)).completion
        // What is left to do on the thread is nothing that the next job would wait for. The row stays this server's until
        // the end is stored.
        worker.release()
        guard let ended = core.table.withLock({ $0.end(key, after: completion.duration) }) else { return }
        core.completions.append(CollectionOfOne(completion))
        if ended.leavesWaiting {
            core.claimable.ring()
        }
        if ended.leavesRoom {
            core.vacancies.ring()
        }
        if ended.isStopping {
            core.progress.ring()
        }
        if ended.wasUnheeded {
            core.reportHeeded(job)
        }
    }
}

/// A run as the server's table knows it.
private struct TabledRun: RunControl {
    let core: ServerCore
    let key: OwnedRun

    var isCancelled: Bool {
        core.table.withLock { $0.isCancelled(key) }
    }

    var isLeaseOver: Bool {
        core.table.withLock { $0.isLeaseOver(key) }
    }

    var hasTimedOut: Bool {
        core.table.withLock { $0.hasTimedOut(key) }
    }

    func report(_ progress: JobProgress) {
        core.report(progress, of: key)
    }

    func timeOut() {
        core.table.withLock { $0.timeOut(key) }?()
    }
}

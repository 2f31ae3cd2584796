import Logging
import Locking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs one claimed job on a thread of its own and says what it comes to.
struct JobRunner: Sendable {
    /// Errors that the same arguments and the same code meet again at every attempt.
    private static let permanent: Set<JobError.Code> = [.argumentsUndecodable, .outputNotEncodable, .unstorableText]

    let core: ServerCore

    /// Starts a job that is in the table of runs.
    ///
    /// The task is owned by that table: it is cancelled through it, and a stopping server waits for it there.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - thread: Its thread, which calls this.
    func start(_ job: ClaimedJob, on thread: WorkerThread) {
        let key = OwnedRun(id: job.id, claim: job.claim)
        guard core.table.withLock({ $0.begin(key, at: core.clock.now) }) else {
            thread.release()
            return
        }
        let task = Task(executorPreference: thread) {
            await run(job, key, thread)
        }
        if core.table.withLock({ $0.setCancel(key) { task.cancel() } }) {
            task.cancel()
        }
    }

    private func run(_ job: ClaimedJob, _ key: OwnedRun, _ thread: WorkerThread) async {
        let clock = core.clock
        let latency = Duration.seconds(max(0, clock.date.timeIntervalSince(job.enqueuedAt)))
        let start = clock.now
        let outcome = await outcome(of: job, key)
        let completion = Completion(
            id: job.id,
            claim: job.claim,
            generation: job.generation,
            duration: start.duration(to: clock.now),
            latency: latency,
            outcome: outcome
        )
        // What is left to do on the thread is nothing that the next job would wait for. The row stays this server's until
        // the end is stored.
        thread.release()
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
    }

    private func outcome(of job: ClaimedJob, _ key: OwnedRun) async -> Completion.Outcome {
        guard !Task.isCancelled else { return putBack }
        guard let registered = core.registry[job.name] else {
            return .putBack(
                after: core.configuration.unknownJobDelay,
                reason: "Server \(core.name) does not know “\(job.name)”"
            )
        }
        let context = JobContext(
            id: job.id,
            name: job.name,
            queue: job.queue,
            run: job.run,
            attempt: job.attempt,
            maximumAttempts: job.maximumAttempts,
            createdAt: job.createdAt,
            server: core.name,
            logger: core.logger
        )
        do {
            return .succeeded(result: try await result(of: registered, job, key, in: context))
        } catch {
            // Whatever a job throws once the server has cancelled it, it did not fail by itself.
            guard !core.table.withLock({ $0.isCancelled(key) }) else { return putBack }
            return failure(of: job, error)
        }
    }

    private var putBack: Completion.Outcome {
        .putBack(after: .zero, reason: "Put back by server \(core.name), which is stopping")
    }

    private func result(
        of registered: RegisteredJob,
        _ job: ClaimedJob,
        _ key: OwnedRun,
        in context: JobContext
    ) async throws -> JSONText? {
        guard let timeout = job.timeout else {
            return try await registered.run(arguments: job.arguments, in: context)
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            // Not on the job's thread, which a job that computes never gives away.
            group.addTask(executorPreference: globalConcurrentExecutor) { [core] in
                try await core.clock.sleep(for: timeout)
                core.table.withLock { $0.timeOut(key) }?()
            }
            defer { group.cancelAll() }
            let result: Result<JSONText?, any Error>
            do {
                result = .success(try await registered.run(arguments: job.arguments, in: context))
            } catch {
                result = .failure(error)
            }
            if core.table.withLock({ $0.hasTimedOut(key) }) {
                throw JobTimeoutError(timeout: timeout)
            }
            return try result.get()
        }
    }

    private func failure(of job: ClaimedJob, _ error: any Error) -> Completion.Outcome {
        let failure = JobFailure(error)
        if let error = error as? JobError, Self.permanent.contains(error.code) {
            return .failed(failure)
        }
        guard job.attempt < job.maximumAttempts else { return .failed(failure) }
        let delay = core.configuration.retryPolicy.delay(afterFailure: job.attempt, random: core.environment.random)
        let reason = "Retry attempt \(job.attempt) of \(job.maximumAttempts - 1): \(failure.message.prefix(50))"
        return .retry(after: delay, failure, reason: reason)
    }
}

package import Logging

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs a claimed job's function once and says what the run comes to.
///
/// It knows neither threads nor storage: a server's workers and the test kit run jobs alike.
package final class JobExecution: Sendable {
    /// Errors that the same arguments and the same code meet again at every attempt.
    private static let permanent: Set<JobError.Code> = [.argumentsUndecodable, .outputNotEncodable, .unstorableText]

    /// How long a job waits whose run no lease protected.
    ///
    /// Storage that has just come back answers claims before it has renewed any lease: claimed again at once, the job would
    /// be put back again, round and round.
    private static let leaseOverDelay = Duration.seconds(5)

    private let registry: JobRegistry
    private let server: String
    private let retryPolicy: RetryPolicy
    private let filters: JobFilters
    private let unknownJobDelay: Duration
    private let environment: JobEnvironment
    private let logger: Logger

    /// Says how jobs are run.
    ///
    /// - Parameters:
    ///   - registry: The jobs that can be run.
    ///   - server: The server's name, for contexts and histories.
    ///   - retryPolicy: Whether and when failed jobs are tried again that declare no policy.
    ///   - filters: The filters of all jobs.
    ///   - unknownJobDelay: How long a job waits that is not in the registry.
    ///   - environment: Time and randomness.
    ///   - logger: Where jobs log.
    package init(
        registry: JobRegistry,
        server: String,
        retryPolicy: RetryPolicy,
        filters: JobFilters,
        unknownJobDelay: Duration,
        environment: JobEnvironment,
        logger: Logger
    ) {
        self.registry = registry
        self.server = server
        self.retryPolicy = retryPolicy
        self.filters = filters
        self.unknownJobDelay = unknownJobDelay
        self.environment = environment
        self.logger = logger
    }

    /// Runs a job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - control: Who may end the run before its time.
    /// - Returns: The end of the run, to be stored, and what was thrown.
    package func run(_ job: ClaimedJob, control: some RunControl) async -> RunEnd {
        let clock = environment.clock
        let latency = Duration.seconds(max(0, clock.date.timeIntervalSince(job.enqueuedAt)))
        let start = clock.now
        let (outcome, error) = await outcome(of: job, control)
        let completion = Completion(
            id: job.id,
            claim: job.claim,
            generation: job.generation,
            duration: start.duration(to: clock.now),
            latency: latency,
            outcome: outcome
        )
        return RunEnd(completion: completion, error: error)
    }

    private func outcome(
        of job: ClaimedJob,
        _ control: some RunControl
    ) async -> (outcome: Completion.Outcome, error: (any Error)?) {
        guard !Task.isCancelled, !control.isLeaseOver else { return (putBack(control), nil) }
        guard let registered = registry[job.name] else {
            let reason = "Server \(server) does not know “\(job.name)”"
            return (.putBack(after: unknownJobDelay, reason: reason), nil)
        }
        let context = JobContext(
            id: job.id,
            name: job.name,
            queue: job.queue,
            run: job.run,
            attempt: job.attempt,
            maximumAttempts: job.maximumAttempts,
            createdAt: job.createdAt,
            server: server,
            logger: logger,
            progress: { control.report(JobProgress($0, $1)) }
        )
        do {
            let success = Completion.Outcome.succeeded(
                result: try await result(of: registered, job, control, in: context)
            )
            return (await elected(success, job, registered, nil, in: context), nil)
        } catch {
            // Whatever a job throws once the server has cancelled it, it did not mean by itself.
            if control.isCancelled { return (putBack(control), error) }
            return (await elected(end(of: job, registered, error), job, registered, error, in: context), error)
        }
    }

    private func putBack(_ control: some RunControl) -> Completion.Outcome {
        control.isLeaseOver
            ? .putBack(
                after: Self.leaseOverDelay,
                reason: "Put back by server \(server), whose lease was over while it ran"
            )
            : .putBack(after: .zero, reason: "Put back by server \(server), which is stopping")
    }

    private func result(
        of registered: RegisteredJob,
        _ job: ClaimedJob,
        _ control: some RunControl,
        in context: JobContext
    ) async throws -> JSONText? {
        guard let timeout = job.timeout else {
            return try await registered.run(job, in: context, through: filters.run)
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            // Not on the job's thread, which a job that computes never gives away.
            group.addTask(executorPreference: environment.tasks ?? globalConcurrentExecutor) { [environment] in
                try await environment.clock.sleep(for: timeout)
                control.timeOut()
            }
            defer { group.cancelAll() }
            let result: Result<JSONText?, any Error>
            do {
                result = .success(try await registered.run(job, in: context, through: filters.run))
            } catch {
                result = .failure(error)
            }
            if control.hasTimedOut {
                throw JobTimeoutError(timeout: timeout)
            }
            return try result.get()
        }
    }

    /// What filters make of an outcome.
    ///
    /// What a filter has said that then fails is forgotten: half a decision is none.
    private func elected(
        _ outcome: Completion.Outcome,
        _ job: ClaimedJob,
        _ registered: RegisteredJob,
        _ error: (any Error)?,
        in context: JobContext
    ) async -> Completion.Outcome {
        let filters = filters.election.followed(by: registered.filters.election)
        if filters.isEmpty { return outcome }
        var election = JobElection(job: job, error: error, outcome: outcome)
        for filter in filters {
            let before = election.outcome
            do {
                try await filter.elect(&election)
                election.outcome = try Self.checked(election.outcome, of: job)
            } catch {
                election.outcome = before
                context.logger.warning(
                    "a filter decides nothing, for it has failed",
                    metadata: ["filter": "\(type(of: filter))", "error": "\(error)"]
                )
            }
        }
        return election.outcome
    }

    /// What a filter has elected, within the bounds that hold for jobs themselves.
    private static func checked(
        _ outcome: Completion.Outcome,
        of job: ClaimedJob
    ) throws(JobError) -> Completion.Outcome {
        switch outcome {
        case .retry where job.attempt >= job.maximumAttempts:
            throw JobError(.invalidOptions, "No attempt is left for a retry; let the job snooze, or fail.")
        case .putBack:
            throw JobError(.invalidOptions, "Only a server puts a run back; let the job snooze.")
        case .retry(let delay, let failure, let reason):
            return .retry(after: RetryDelays.bounded(delay), failure, reason: reason)
        case .snoozed(let delay, let reason):
            return .snoozed(after: JobSnooze(for: delay).duration, reason: reason)
        case .succeeded, .failed, .deleted:
            return outcome
        }
    }

    private func end(
        of job: ClaimedJob,
        _ registered: RegisteredJob,
        _ error: any Error
    ) -> Completion.Outcome {
        switch error {
        case let snooze as JobSnooze: .snoozed(after: snooze.duration, reason: snooze.description)
        case let discard as JobDiscard: .deleted(nil, reason: discard.description)
        default: failure(of: job, registered, error)
        }
    }

    private func failure(
        of job: ClaimedJob,
        _ registered: RegisteredJob,
        _ error: any Error
    ) -> Completion.Outcome {
        let failure = JobFailure(error)
        let policy = registered.retry ?? retryPolicy
        if let error = error as? JobError, Self.permanent.contains(error.code) {
            return .failed(failure)
        }
        guard policy.retries(error) else { return .failed(failure) }
        guard job.attempt < job.maximumAttempts else {
            return switch job.retry?.whenExhausted ?? policy.exhaustedAction {
            case .fail: .failed(failure)
            case .delete: .deleted(failure, reason: "Attempts used up: \(failure.message.prefix(50))")
            }
        }
        let delay =
            job.retry?.delays?.delay(afterFailure: job.attempt, random: environment.random)
            ?? policy.delay(afterFailure: job.attempt, random: environment.random)
        let reason = "Retry attempt \(job.attempt) of \(job.maximumAttempts - 1): \(failure.message.prefix(50))"
        return .retry(after: delay, failure, reason: reason)
    }
}

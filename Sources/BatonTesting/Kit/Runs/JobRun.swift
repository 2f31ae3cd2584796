public import Baton

/// One run of a job in a test, and what it came to.
public struct JobRun: Sendable {
    /// The job.
    public let id: JobID
    /// The stored name of the function.
    public let name: String
    /// The queue.
    public let queue: String
    /// The arguments, as they were read for the run.
    public let arguments: JSONText
    /// Which attempt it was, from 1.
    public let attempt: Int
    /// How many attempts the job has.
    public let maximumAttempts: Int
    /// What a server would store of it.
    public let outcome: Completion.Outcome
    /// What was thrown, as it was.
    public let error: (any Error)?
    /// What was logged, at every level, in order.
    public let logLines: [JobLogLine]
    /// What the job said of its progress, in order.
    public let progress: [JobProgress]
    /// Whether the job was deleted while it ran, so that its outcome is void.
    public let isDeleted: Bool

    /// The state of the job after the run: succeeded, scheduled to run again, failed, or deleted.
    public var nextState: JobState {
        guard !isDeleted else { return .deleted }
        return switch outcome {
        case .succeeded: .succeeded
        case .failed: .failed
        case .retry, .snoozed, .putBack: .scheduled
        case .deleted: .deleted
        }
    }

    /// How long the job waits until its next attempt, or until it has snoozed; `nil` when it does not run again.
    public var retryDelay: Duration? {
        guard !isDeleted else { return nil }
        return switch outcome {
        case .retry(let delay, _, _), .snoozed(let delay, _): delay
        case .succeeded, .failed, .deleted, .putBack: nil
        }
    }

    /// Why the job is retried, snoozes, or is deleted, as its history says; `nil` when the state says it all.
    public var reason: String? {
        switch outcome {
        case .retry(_, _, let reason), .snoozed(_, let reason), .deleted(_, let reason), .putBack(_, let reason): reason
        case .succeeded, .failed: nil
        }
    }

    /// What is kept of the error.
    public var failure: JobFailure? {
        switch outcome {
        case .failed(let failure), .retry(_, let failure, _): failure
        case .deleted(let failure, _): failure
        case .succeeded, .snoozed, .putBack: nil
        }
    }

    /// What a job said in a run.
    struct Said {
        let logLines: [JobLogLine]
        let progress: [JobProgress]
    }

    init(of job: ClaimedJob, _ end: RunEnd, _ said: Said, isDeleted: Bool = false) {
        id = job.id
        name = job.name
        queue = job.queue
        arguments = job.arguments
        attempt = job.attempt
        maximumAttempts = job.maximumAttempts
        outcome = end.completion.outcome
        error = end.error
        logLines = said.logLines
        progress = said.progress
        self.isDeleted = isDeleted
    }
}

extension JobRun: CustomStringConvertible {
    /// The run in a line.
    public var description: String {
        var text = "\(name) \(arguments.text), attempt \(attempt) of \(maximumAttempts): \(nextState)"
        if let retryDelay { text += " in \(retryDelay.formatted)" }
        if let failure {
            text += " after \(failure.type): \(failure.message)"
        } else if !isDeleted, let reason {
            text += ": \(reason)"
        }
        return text
    }
}

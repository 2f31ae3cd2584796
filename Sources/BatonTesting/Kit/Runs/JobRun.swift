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
    /// Whether the job was deleted while it ran, so that its outcome is void.
    public let isDeleted: Bool

    /// The state of the job after the run: succeeded, scheduled for another attempt, failed, or deleted.
    public var nextState: JobState {
        guard !isDeleted else { return .deleted }
        return switch outcome {
        case .succeeded: .succeeded
        case .failed: .failed
        case .retry, .putBack: .scheduled
        }
    }

    /// How long the job waits until its next attempt; `nil` when there is none.
    public var retryDelay: Duration? {
        guard !isDeleted, case .retry(let delay, _, _) = outcome else { return nil }
        return delay
    }

    /// What is kept of the error.
    public var failure: JobFailure? {
        switch outcome {
        case .failed(let failure), .retry(_, let failure, _): failure
        case .succeeded, .putBack: nil
        }
    }

    init(of job: ClaimedJob, _ end: RunEnd, logLines: [JobLogLine], isDeleted: Bool = false) {
        id = job.id
        name = job.name
        queue = job.queue
        arguments = job.arguments
        attempt = job.attempt
        maximumAttempts = job.maximumAttempts
        outcome = end.completion.outcome
        error = end.error
        self.logLines = logLines
        self.isDeleted = isDeleted
    }
}

extension JobRun: CustomStringConvertible {
    /// The run in a line.
    public var description: String {
        var text = "\(name) \(arguments.text), attempt \(attempt) of \(maximumAttempts): \(nextState)"
        if let retryDelay { text += " in \(retryDelay.formatted)" }
        if let failure { text += " after \(failure.type): \(failure.message)" }
        return text
    }
}

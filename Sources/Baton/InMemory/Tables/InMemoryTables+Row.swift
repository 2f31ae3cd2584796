#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// A job.
    package struct Row: Sendable {
        /// The job as it was stored.
        package var job: NewJob
        /// Its state.
        package var state: JobState
        /// How often it returned to its queue, from 1; 0 before the first time.
        package var generation = 0
        /// How often it was claimed.
        package var run = 0
        /// How many attempts are spent.
        package var attempt = 0
        /// Half of the fence: whose the last claim was, unless it was taken off.
        package var owner: ServerEpoch?
        /// The other half: the number of the last claim, unless it was taken off.
        package var claim: Int64?
        /// Who publishes the current generation.
        package var mark: PublishMark?
        /// When it was stored.
        package var createdAt: Date
        /// When it last returned to its queue.
        package var enqueuedAt: Date?
        /// When it entered its state; for an enqueued row, when it got its mark.
        package var stateAt: Date
        /// When a scheduled job becomes due.
        package var dueAt: Date?
        /// What it returned.
        package var result: JSONText?
        /// The last error.
        package var failure: JobFailure?
        /// How far its present or last run has come.
        package var progress: JobProgress?
        /// Its transitions.
        package var history: [JobHistoryEntry] = []
        /// Its place among all that ever returned to a queue.
        var ticket: Int64 = 0

        /// Makes a row.
        ///
        /// - Parameters:
        ///   - job: The job.
        ///   - state: Its state.
        ///   - createdAt: When it was stored.
        ///   - stateAt: When it entered its state.
        package init(job: NewJob, state: JobState, createdAt: Date, stateAt: Date) {
            self.job = job
            self.state = state
            self.createdAt = createdAt
            self.stateAt = stateAt
        }

        /// Makes a row of a new job, with the first entry of its history.
        ///
        /// - Parameters:
        ///   - job: The job.
        ///   - now: The present date.
        ///   - reason: Why there is the job, for the history.
        init(_ job: NewJob, at now: Date, reason: String? = nil) {
            self.init(job: job, state: .scheduled, createdAt: now, stateAt: now)
            self.job.timeout = job.timeout.map { .milliseconds($0.microseconds / 1000) }
            switch job.start {
            case .enqueued(let mark):
                state = .enqueued
                generation = 1
                enqueuedAt = now
                self.mark = mark
            case .after(let delay): dueAt = now.adding(delay)
            case .at(let date): dueAt = date.inMicroseconds
            }
            record(at: now, reason: reason, data: HistoryData(dueAt: dueAt, job.notes)?.text)
        }

        mutating func apply(_ change: (inout Row) -> Void) {
            change(&self)
        }

        mutating func record(
            at now: Date,
            reason: String? = nil,
            server: ServerEpoch? = nil,
            data: JSONText? = nil
        ) {
            history.append(
                JobHistoryEntry(
                    at: now,
                    state: state,
                    reason: reason,
                    server: server,
                    run: run,
                    attempt: attempt,
                    data: data
                )
            )
        }

        /// Takes the fence off, so that the end of a run that still goes on finds no match.
        mutating func unfence() {
            owner = nil
            claim = nil
        }
    }
}

extension InMemoryTables.Row {
    /// The wake-up of a generation.
    ///
    /// - Parameter generation: The generation.
    /// - Returns: The wake-up.
    package func message(generation: Int) -> DispatchMessage {
        DispatchMessage(
            id: job.id,
            generation: generation,
            queue: job.queue,
            name: job.name,
            level: JobPriorityLevel(job.priority)
        )
    }

    /// What is to be published of the current generation.
    func dispatch(_ marks: PublishMarkRange, _ position: Int) -> MarkedDispatch {
        MarkedDispatch(
            message: message(generation: generation),
            sequence: marks.sequences.lowerBound + Int64(position)
        )
    }

    /// The job as its owner sees it.
    package var claimed: ClaimedJob {
        ClaimedJob(
            id: job.id,
            name: job.name,
            queue: job.queue,
            arguments: job.arguments,
            generation: generation,
            run: run,
            attempt: attempt,
            maximumAttempts: job.maximumAttempts,
            timeout: job.timeout,
            retry: job.retry,
            trace: job.trace,
            createdAt: createdAt,
            enqueuedAt: enqueuedAt ?? Date(timeIntervalSince1970: 0),
            claim: claim ?? 0
        )
    }

    /// The job as everybody sees it.
    package var snapshot: JobSnapshot {
        JobSnapshot(
            id: job.id,
            name: job.name,
            queue: job.queue,
            state: state,
            arguments: job.arguments,
            generation: generation,
            run: run,
            attempt: attempt,
            maximumAttempts: job.maximumAttempts,
            createdAt: createdAt,
            stateAt: stateAt,
            scheduledAt: state == .scheduled ? dueAt : nil,
            result: result,
            failure: failure,
            progress: progress
        )
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension JobClient {
    /// Gives a job another time that waits for one: it was scheduled, or waits for its next attempt.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - delay: How long it waits from now on, by the storage's clock.
    ///   - reason: Why, for its history.
    /// - Returns: Whether it waits for that, or why not.
    /// - Throws: ``JobError`` for a time that cannot be counted, ``JobStorageError``; the outcome is unknown when no answer
    ///   has come in all that time.
    @discardableResult
    public func reschedule(
        _ id: JobID,
        in delay: Duration,
        reason: String? = nil
    ) async throws -> RescheduleOutcome {
        try await reschedule(id, to: dueTime(after: delay), dueIn: delay, reason)
    }

    /// Gives a job another time that waits for one: it was scheduled, or waits for its next attempt.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - date: When it is due; at once when that has passed.
    ///   - reason: Why, for its history.
    /// - Returns: Whether it waits for that, or why not.
    /// - Throws: ``JobError`` for a date that is too far away, ``JobStorageError``; the outcome is unknown when no answer has
    ///   come in all that time.
    @discardableResult
    public func reschedule(
        _ id: JobID,
        at date: Date,
        reason: String? = nil
    ) async throws -> RescheduleOutcome {
        try await reschedule(id, to: dueTime(at: date), dueIn: delay(until: date), reason)
    }

    /// Gives all jobs another time that match a filter and wait for theirs, as ``reschedule(_:in:reason:)`` does with one.
    ///
    /// From the newest to the oldest, in bounded transactions: what is moved stays so when a later one fails.
    ///
    /// - Parameters:
    ///   - filter: Which jobs: it names states or ids.
    ///   - delay: How long each waits from now on, by the storage's clock.
    ///   - reason: Why, for their histories.
    /// - Returns: How many wait for that.
    /// - Throws: ``JobError`` for a time that cannot be counted, ``JobStorageError``; where it is no ``JobMonitor``, storage
    ///   cannot look for jobs.
    @discardableResult
    public func reschedule(
        matching filter: JobFilter,
        in delay: Duration,
        reason: String? = nil
    ) async throws -> Int {
        let time = try dueTime(after: delay)
        return try await inParts(of: filter) { jobs, _ throws(JobStorageError) in
            try await reschedule(jobs, to: time, dueIn: delay, reason)
        }
    }

    /// Gives all jobs another time that match a filter and wait for theirs, as ``reschedule(_:at:reason:)`` does with one.
    ///
    /// From the newest to the oldest, in bounded transactions: what is moved stays so when a later one fails.
    ///
    /// - Parameters:
    ///   - filter: Which jobs: it names states or ids.
    ///   - date: When they are due; at once when that has passed.
    ///   - reason: Why, for their histories.
    /// - Returns: How many wait for that.
    /// - Throws: ``JobError`` for a date that is too far away, ``JobStorageError``; where it is no ``JobMonitor``, storage
    ///   cannot look for jobs.
    @discardableResult
    public func reschedule(
        matching filter: JobFilter,
        at date: Date,
        reason: String? = nil
    ) async throws -> Int {
        let (time, delay) = (try dueTime(at: date), delay(until: date))
        return try await inParts(of: filter) { jobs, _ throws(JobStorageError) in
            try await reschedule(jobs, to: time, dueIn: delay, reason)
        }
    }

    private func delay(until date: Date) -> Duration {
        .seconds(date.timeIntervalSince(environment.clock.date))
    }

    private func reschedule(
        _ id: JobID,
        to time: DueTime,
        dueIn delay: Duration,
        _ reason: String?
    ) async throws(JobStorageError) -> RescheduleOutcome {
        // A repetition must not take another wait for this one: that for a retry of a run in between.
        let job = try await persistently { () throws(JobStorageError) in try await storage.job(id) }
        guard let job else { return .missing }
        return try await move([job], to: time, dueIn: delay, reason).first ?? .missing
    }

    private func reschedule(
        _ jobs: [JobSnapshot],
        to time: DueTime,
        dueIn delay: Duration,
        _ reason: String?
    ) async throws(JobStorageError) -> Int {
        let waiting = jobs.filter { $0.state == .scheduled }
        if waiting.isEmpty { return 0 }
        return try await move(waiting, to: time, dueIn: delay, reason).count { $0 == .rescheduled }
    }

    /// Moves jobs as they were found, and tells those who promote them.
    private func move(
        _ jobs: [JobSnapshot],
        to time: DueTime,
        dueIn delay: Duration,
        _ reason: String?
    ) async throws(JobStorageError) -> [RescheduleOutcome] {
        let targets = jobs.map { JobTarget(id: $0.id, generation: $0.generation) }
        var unknown: JobStorageError?
        let outcomes = try await persistently { () throws(JobStorageError) in
            do throws(JobStorageError) {
                return try await storage.reschedule(targets, to: time, reason: reason)
            } catch {
                if error.code == .outcomeUnknown { unknown = error }
                throw error
            }
        }
        if unknown != nil || outcomes.contains(.rescheduled) { await announce(dueIn: max(delay, .zero)) }
        // A try before may have moved what was promoted meanwhile, and cannot be told from what it did not move.
        if let unknown, outcomes.contains(where: { $0 != .rescheduled }) { throw unknown }
        return outcomes
    }
}

#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension JobClient {
    /// How far from now a date may lie, in seconds: no further than a `Duration` and a database can count.
    static let furthestDate = 8_000.0 * 366 * 86_400

    /// The job that an enqueue of a call would store, at once ready.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The job, under a new id; it is not stored.
    /// - Throws: ``JobError`` for a call that cannot be stored.
    package func newJob(for call: some JobCall, options: JobOptions) throws(JobError) -> NewJob {
        try draft(call, options).job(environment.makeJobID(), start: .after(.zero))
    }

    /// The jobs that an enqueue of calls would store, once their filters have been asked.
    ///
    /// - Parameters:
    ///   - calls: The calls.
    ///   - options: What differs from the job's declaration.
    ///   - start: When they become ready.
    /// - Returns: The jobs in order, under new ids; they are not stored.
    /// - Throws: ``JobError`` for a call that cannot be stored; what a filter throws that does not want it.
    package func newJobs<Call: JobCall>(
        for calls: some Sequence<Call>,
        options: JobOptions,
        start: NewJob.Start
    ) async throws -> UnstoredJobs {
        let terms = try JobTerms(of: Call.self, options: options, configuration: configuration)
        var drafts: [JobDraft] = []
        for call in calls { drafts.append(try JobDraft(call, terms)) }
        let jobs = zip(drafts, environment.makeJobIDs(drafts.count)).map { $0.job($1, start: start) }
        return UnstoredJobs(jobs: try await terms.filters.asked(for: jobs), filters: terms.filters)
    }

    /// The start of a job that waits for a while.
    ///
    /// - Parameter delay: How long.
    /// - Returns: The start.
    /// - Throws: ``JobError`` for a time that cannot be counted.
    package func start(after delay: Duration) throws(JobError) -> NewJob.Start {
        _ = try dueTime(after: delay)
        return .after(delay)
    }

    /// The start of a job that waits for a date.
    ///
    /// - Parameter date: The date.
    /// - Returns: The start.
    /// - Throws: ``JobError`` for a date that is too far away.
    package func start(at date: Date) throws(JobError) -> NewJob.Start {
        _ = try dueTime(at: date)
        return .at(date)
    }

    /// The time of a job that waits for a while.
    ///
    /// - Parameter delay: How long.
    /// - Returns: The time.
    /// - Throws: ``JobError`` for a time that cannot be counted.
    func dueTime(after delay: Duration) throws(JobError) -> DueTime {
        guard delay < .seconds(Self.furthestDate) else {
            throw JobError(.invalidOptions, "The delay \(delay) is out of range.")
        }
        return .after(delay)
    }

    /// The time of a job that waits for a date.
    ///
    /// - Parameter date: The date.
    /// - Returns: The time.
    /// - Throws: ``JobError`` for a date that is too far away.
    func dueTime(at date: Date) throws(JobError) -> DueTime {
        guard date.timeIntervalSince(environment.clock.date).magnitude <= Self.furthestDate else {
            throw JobError(.invalidOptions, "A job can be scheduled for a date of the next 8,000 years, not beyond.")
        }
        return .at(date)
    }
}

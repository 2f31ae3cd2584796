public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension JobClient {
    /// Writes down what stores a call, for a transaction of another driver than `PostgresClient`.
    ///
    /// Filters are asked now, and do not hear whether the job was stored.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The statement; it must be carried out once at most.
    /// - Throws: ``JobError`` for a call that cannot be stored, ``JobStorageError`` for a client whose storage is another.
    public func enqueueStatement(
        for call: some JobCall,
        options: JobOptions = JobOptions()
    ) async throws -> EnqueueStatement {
        try await statement(for: call, .enqueued(nil), options)
    }

    /// Writes down what stores a call, to be run after a while, for a transaction of another driver.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - delay: How long to wait from when the statement is carried out.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The statement; it must be carried out once at most.
    /// - Throws: As ``enqueueStatement(for:options:)``.
    public func scheduleStatement(
        for call: some JobCall,
        in delay: Duration,
        options: JobOptions = JobOptions()
    ) async throws -> EnqueueStatement {
        try await statement(for: call, start(after: delay), options)
    }

    /// Writes down what stores a call, to be run at a date, for a transaction of another driver.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - date: When to run it, by the database's clock.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The statement; it must be carried out once at most.
    /// - Throws: As ``enqueueStatement(for:options:)``.
    public func scheduleStatement(
        for call: some JobCall,
        at date: Date,
        options: JobOptions = JobOptions()
    ) async throws -> EnqueueStatement {
        try await statement(for: call, start(at: date), options)
    }

    /// Publishes jobs at once whose statements are carried out and committed, instead of leaving them to be found.
    ///
    /// What was rolled back after all, or is published already, is passed over.
    ///
    /// - Parameter statements: The statements.
    /// - Throws: ``JobStorageError``; the jobs are found all the same.
    public func publishCommitted(_ statements: [EnqueueStatement]) async throws(JobStorageError) {
        let storage = try postgresStorage()
        let jobs = statements.map(\.job)
        let enqueued = jobs.filter { $0.start == .enqueued(nil) }
        if enqueued.count < jobs.count {
            // They look for what is next by themselves.
            await announce(dueIn: .zero)
        }
        if enqueued.isEmpty { return }
        try await move(atMost: enqueued.count) { marks throws(JobStorageError) in
            (try await storage.publish(enqueued, marks: marks), ())
        }
    }

    private func statement(
        for call: some JobCall,
        _ start: NewJob.Start,
        _ options: JobOptions
    ) async throws -> EnqueueStatement {
        let statements = try postgresStorage().sql.get().statements
        let jobs = try await newJobs(for: CollectionOfOne(call), options: options, start: start)
        return EnqueueStatement(jobs.jobs[0], statements.transaction)
    }
}

extension PostgresStorage {
    /// Marks jobs that are committed and that nobody publishes, or tells the servers that wait for such.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - marks: As many marks as jobs.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    fileprivate func publish(_ jobs: [NewJob], marks: PublishMarkRange) async throws(JobStorageError)
        -> [MarkedDispatch]
    {
        let sql = try await ready().transaction
        let result = try await perform(on: work, sql.marking(jobs, marks, sql.publish))
        return try reading { () throws(PostgresError) in try result.markedDispatches() }
    }
}

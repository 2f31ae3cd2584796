public import Baton
public import PostgresClient
#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension JobClient {
    /// Stores a call in a transaction of the caller's: there is a job if and only if that is committed.
    ///
    /// ```swift
    /// try await postgres.withTransaction { transaction in
    ///     try await transaction.query(PostgresStatement("INSERT INTO account (address) VALUES ($1)", address))
    ///     try await jobs.enqueue(Mailer.$sendWelcome(to: address), within: transaction)
    /// }
    /// ```
    ///
    /// The client's `PostgresClient` must be one of the database that keeps the jobs, and its account must be allowed to
    /// write to the tables of the namespace. Nobody sees the job before the commit; its message is sent right after it. Where
    /// the process ends in between, a server finds the job and publishes it.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - transaction: The transaction.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The job, which others cannot see yet.
    /// - Throws: ``JobError`` for a call that cannot be stored; what a filter throws; ``JobStorageError`` for storage that cannot take it, and then
    ///   PostgreSQL takes nothing more in this transaction; `PostgresError` when the transaction has ended.
    @discardableResult
    public func enqueue<Call: JobCall>(
        _ call: Call,
        within transaction: PostgresTransaction,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        try await store(CollectionOfOne(call), .enqueued(nil), options, within: transaction)[0]
    }

    /// Stores calls of one job in a transaction of the caller's: there are jobs if and only if that is committed.
    ///
    /// - Parameters:
    ///   - calls: The calls.
    ///   - transaction: The transaction, as for ``enqueue(_:within:options:)``.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The jobs in order, which others cannot see yet.
    /// - Throws: As ``enqueue(_:within:options:)``.
    @discardableResult
    public func enqueue<Call: JobCall>(
        contentsOf calls: some Sequence<Call>,
        within transaction: PostgresTransaction,
        options: JobOptions = JobOptions()
    ) async throws -> [JobHandle<Call.Output>] {
        try await store(calls, .enqueued(nil), options, within: transaction)
    }

    /// Stores a call in a transaction of the caller's, to be run after a while.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - delay: How long to wait from now on, by the database's clock; it may be over before the commit.
    ///   - transaction: The transaction, as for ``enqueue(_:within:options:)``.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The job, which others cannot see yet.
    /// - Throws: As ``enqueue(_:within:options:)``.
    @discardableResult
    public func schedule<Call: JobCall>(
        _ call: Call,
        in delay: Duration,
        within transaction: PostgresTransaction,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        try await store(CollectionOfOne(call), start(after: delay), options, within: transaction)[0]
    }

    /// Stores a call in a transaction of the caller's, to be run at a date.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - date: When to run it, by the database's clock; a past date is at once after the commit.
    ///   - transaction: The transaction, as for ``enqueue(_:within:options:)``.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The job, which others cannot see yet.
    /// - Throws: As ``enqueue(_:within:options:)``.
    @discardableResult
    public func schedule<Call: JobCall>(
        _ call: Call,
        at date: Date,
        within transaction: PostgresTransaction,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        try await store(CollectionOfOne(call), start(at: date), options, within: transaction)[0]
    }

    private func store<Call: JobCall>(
        _ calls: some Sequence<Call>,
        _ start: NewJob.Start,
        _ options: JobOptions,
        within transaction: PostgresTransaction
    ) async throws -> [JobHandle<Call.Output>] {
        let statements = try await postgresStorage().ready()
        let jobs = try await newJobs(for: calls, options: options, start: start)
        if jobs.jobs.isEmpty { return [] }
        let part = try transaction.participant(of: self) { TransactionalEnqueue(of: self, statements) }
        try await part.begin()
        try await part.store(jobs, in: transaction)
        return jobs.jobs.map { job($0.id, returning: Call.Output.self) }
    }

    func postgresStorage() throws(JobStorageError) -> PostgresStorage {
        guard let storage = storage as? PostgresStorage else {
            throw JobStorageError(
                .refused,
                "A transaction of PostgreSQL cannot store jobs that are kept elsewhere: this client's storage is no PostgresStorage."
            )
        }
        return storage
    }
}

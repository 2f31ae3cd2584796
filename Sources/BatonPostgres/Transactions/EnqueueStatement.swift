public import Baton
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What stores a job in a transaction of whatever PostgreSQL driver.
///
/// ```swift
/// let statement = try await jobs.enqueueStatement(for: Mailer.$sendWelcome(to: address))
/// try await connection.transaction { … its query with statement.sql and statement.parameters … }
/// try await jobs.publishCommitted([statement])
/// ```
///
/// There is a job if and only if the transaction is committed. A server that had nothing to do when the statement ran is told
/// by the commit, and a busy one looks every few milliseconds; where no server can listen, they look every half second.
/// ``Baton/JobClient/publishCommitted(_:)`` publishes the job from here.
public struct EnqueueStatement: Sendable, Hashable {
    /// The job's id.
    public let id: JobID
    /// One statement with `$1`, `$2`, … for the parameters; it returns no rows.
    public let sql: String
    /// The parameters, all of them of the type `text`, or NULL.
    public let parameters: [String?]
    /// What it stores.
    let job: NewJob

    /// Writes a job down.
    ///
    /// - Parameters:
    ///   - job: The job, which bears no mark.
    ///   - sql: The namespace's statements.
    init(_ job: NewJob, _ sql: TransactionStatements) {
        id = job.id
        self.job = job
        var parameters = [
            job.id.description, job.name, job.queue, job.arguments.text, "\(job.maximumAttempts)", "\(job.priority)",
            job.timeout.map { "\($0.microseconds / 1000)" }, job.notes.json?.text,
        ]
        switch job.start {
        case .enqueued: self.sql = sql.enqueue
        case .at(let date):
            self.sql = sql.schedule
            parameters += ["\(date.timeIntervalSince1970)", nil]
        case .after(let delay):
            self.sql = sql.schedule
            parameters += [nil, "\(delay.microseconds)"]
        }
        self.parameters = parameters
    }
}

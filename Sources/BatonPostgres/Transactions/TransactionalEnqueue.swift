internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A client's part in a transaction of the caller's.
struct TransactionalEnqueue: TransactionParticipant {
    private let statements: Statements
    private let jobs: TransactionalJobs

    /// Takes part.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - statements: The namespace's statements.
    init(of client: JobClient, _ statements: Statements) {
        self.statements = statements
        jobs = TransactionalJobs(of: client)
    }

    /// Makes ready for jobs, before anything of them is sent.
    ///
    /// - Throws: ``JobStorageError``.
    func begin() async throws(JobStorageError) {
        try await jobs.begin()
    }

    /// Stores jobs in the transaction.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, which bear no marks.
    ///   - transaction: The transaction.
    /// - Throws: ``JobStorageError``; they are certain not to be stored then.
    func store(_ jobs: UnstoredJobs, in transaction: PostgresTransaction) async throws(JobStorageError) {
        do throws(PostgresError) {
            try await transaction.execute(InsertBatch(jobs.jobs).partStatements(statements.insert))
        } catch {
            var failure = error
            // Without an answer there is no commit either.
            failure.outcomeIsUnknown = false
            throw JobStorageError(failure)
        }
        self.jobs.add(jobs)
    }

    func lastStatements() async -> [PostgresStatement] {
        let (jobs, marks) = await jobs.lastWord()
        let sql = statements.transaction
        return jobs.isEmpty ? [] : [sql.marking(jobs, marks, sql.mark)]
    }

    func transactionEnded(_ ending: TransactionEnding) async {
        switch ending {
        case .committed(let results):
            do throws(PostgresError) {
                await jobs.committed(try results.first?.markedDispatches() ?? [])
            } catch {
                // The rows bear the marks, and nobody can say which.
                jobs.endedUnknown()
            }
        case .rolledBack: jobs.rolledBack()
        case .unknown: jobs.endedUnknown()
        }
    }
}

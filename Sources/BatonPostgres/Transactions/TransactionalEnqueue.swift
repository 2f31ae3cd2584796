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
    /// - Throws: ``JobStorageError``; where its outcome is unknown, there are jobs if the transaction is committed all the same.
    func store(_ jobs: UnstoredJobs, in transaction: PostgresTransaction) async throws(JobStorageError) {
        // Before the answer, which may stay away while the rows are there.
        self.jobs.add(jobs.jobs)
        do throws(PostgresError) {
            try await transaction.execute(InsertBatch(jobs.jobs).partStatements(statements.insert))
        } catch {
            throw JobStorageError(error)
        }
        self.jobs.stored(jobs)
    }

    func lastStatements() async -> [PostgresStatement] {
        let (jobs, marks) = await jobs.lastWord()
        let sql = statements.transaction
        return jobs.isEmpty ? [] : [sql.marking(jobs, marks, sql.mark)]
    }

    func transactionEnded(_ ending: TransactionEnding) {
        switch ending {
        case .committed(let results):
            do throws(PostgresError) {
                jobs.committed(try results.first?.markedDispatches() ?? [])
            } catch {
                // The rows bear the marks, and nobody can say which.
                jobs.endedUnknown()
            }
        case .rolledBack: jobs.rolledBack()
        case .unknown: jobs.endedUnknown()
        }
    }

    func transactionWasCommitted() async {
        await jobs.tell()
    }
}

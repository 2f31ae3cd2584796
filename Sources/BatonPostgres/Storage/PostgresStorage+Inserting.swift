public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Stores new jobs, all or none.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - isRepeated: Whether an earlier try's answer was lost. Then a job that exists in any state counts as a duplicate.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    public func insert(_ jobs: [NewJob], isRepeated: Bool) async throws(JobStorageError) -> [InsertOutcome] {
        let statements = try await ready().insert
        if jobs.isEmpty { return [] }
        let batch = InsertBatch(jobs)
        let results = try await retrying { () throws(PostgresError) in
            if isRepeated { try await self.lostInserts.settle(through: self.upkeep) }
            return try await self.send(batch.statements(statements, isRepeated: isRepeated))
        }
        return try reading { () throws(PostgresError) in try batch.outcomes(of: jobs, results, isRepeated: isRepeated) }
    }

    /// Stores new jobs that are a server's from the start, all or none.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: The jobs, in order; none when the server's epoch is certified dead.
    /// - Throws: ``JobStorageError``.
    public func insert(
        _ jobs: [NewJob],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        let sql = try await ready().eager
        if jobs.isEmpty { return [] }
        let statement = InsertBatch.statement(sql, jobs, owner, claim)
        let results = try await retrying { () throws(PostgresError) in try await self.send([statement]) }
        return try reading { () throws(PostgresError) in
            guard let now = try results.first?.first?.decode(Date.self, 0) else { return [] }
            return jobs.map { ClaimedJob($0, claim: claim, at: now) }
        }
    }

    /// Stores new jobs that are made part by part, all or none.
    ///
    /// - Parameter next: Makes the next part; `nil` after the last. The ids of all are new.
    /// - Throws: What the closure throws; ``JobStorageError``.
    public func insert(parts next: () throws -> [NewJob]?) async throws {
        let statements = try await ready()
        var queues: Set<String> = []
        do {
            try await work.withConnection { connection in
                do {
                    try await connection.withTransaction { transaction in
                        try await transaction.execute {
                            if let jobs = try next() {
                                let batch = InsertBatch(jobs)
                                queues.formUnion(batch.unmarkedQueues)
                                return batch.partStatements(statements.insert)
                            }
                            // With the last of them, for what others enqueue meanwhile is told by whoever takes the arm off.
                            defer { queues = [] }
                            return queues.isEmpty ? nil : [PostgresStatement(statements.waiting.wake, queues.sorted())]
                        }
                    }
                } catch let error as PostgresError where error.code == .commitFailed && error.outcomeIsUnknown {
                    await lostInserts.note(connection.processID)
                    throw error
                }
            }
        } catch var error as PostgresError {
            // Before the commit is sent, nothing can have taken effect.
            if error.code != .commitFailed { error.outcomeIsUnknown = false }
            throw JobStorageError(error)
        }
    }

    /// Sends an insert, remembering where, in case its answer does not come.
    private func send(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult] {
        while true {
            do {
                return try await work.withConnection { connection in
                    do throws(PostgresError) {
                        return try await connection.execute(statements)
                    } catch {
                        if error.outcomeIsUnknown { await self.lostInserts.note(connection.processID) }
                        throw error
                    }
                }
            } catch let error as PostgresError {
                // Lost before it was sent; the next connection is waited for, with a time limit.
                if error.code == .connectionLost, !error.outcomeIsUnknown { continue }
                throw error
            } catch {
                throw PostgresError(.connectionFailed, "No connection could be used", underlyingError: error)
            }
        }
    }
}

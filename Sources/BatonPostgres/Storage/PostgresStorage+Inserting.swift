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
        // An id that comes twice is stored once, as the first.
        var seen: Set<JobID> = []
        let isFirst = jobs.map { seen.insert($0.id).inserted }
        let batch = InsertBatch(zip(jobs, isFirst).filter(\.1).map(\.0))
        if jobs.isEmpty { return [] }

        let results = try await retrying { () throws(PostgresError) in
            if isRepeated { try await self.lostInserts.settle(through: self.upkeep) }
            return try await self.send(batch.statements(statements, isRepeated: isRepeated))
        }
        let stored = try reading { () throws(PostgresError) in try batch.stored(results, isRepeated: isRepeated) }
        return zip(jobs, isFirst).map { $1 && stored.contains($0.id) ? .inserted : .duplicate }
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

/// New jobs, as columns.
private struct InsertBatch {
    private let enqueued: [(job: NewJob, mark: PublishMark)]
    private let scheduled: [(job: NewJob, date: Date?, delay: Int64?)]

    init(_ jobs: [NewJob]) {
        var enqueued: [(job: NewJob, mark: PublishMark)] = []
        var scheduled: [(job: NewJob, date: Date?, delay: Int64?)] = []
        for job in jobs.inJobOrder(\.id) {
            switch job.start {
            case .enqueued(let mark): enqueued.append((job, mark))
            case .at(let date): scheduled.append((job, date, nil))
            case .after(let delay): scheduled.append((job, nil, delay.microseconds))
            }
        }
        self.enqueued = enqueued
        self.scheduled = scheduled
    }

    func statements(_ sql: InsertStatements, isRepeated: Bool) -> [PostgresStatement] {
        var statements: [PostgresStatement] = []
        if !enqueued.isEmpty {
            var values = Self.columns(enqueued.map(\.job))
            values.append(enqueued.map(\.mark.session.uuid))
            values.append(enqueued.map(\.mark.sequence))
            statements.append(PostgresStatement(sql.enqueued, parameters: values))
        }
        if !scheduled.isEmpty {
            var values = Self.columns(scheduled.map(\.job))
            values.append(scheduled.map(\.date))
            values.append(scheduled.map(\.delay))
            statements.append(PostgresStatement(sql.scheduled, parameters: values))
        }
        guard isRepeated else { return statements }
        if !enqueued.isEmpty { statements.append(PostgresStatement(sql.takeBackEnqueued, enqueued.map(\.job.id.uuid))) }
        if !scheduled.isEmpty {
            statements.append(PostgresStatement(sql.takeBackScheduled, scheduled.map(\.job.id.uuid)))
        }
        return statements
    }

    /// The ids that are stored because of this batch.
    func stored(_ results: [PostgresResult], isRepeated: Bool) throws(PostgresError) -> Set<JobID> {
        var stored: Set<JobID> = []
        let inserts = isRepeated ? results.count / 2 : results.count
        for result in results.prefix(inserts) { stored.formUnion(try result.ids()) }
        for result in results.dropFirst(inserts) { stored.subtract(try result.ids()) }
        return stored
    }

    private static func columns(_ jobs: [NewJob]) -> PostgresParameters {
        var values = PostgresParameters()
        values.append(jobs.map(\.id.uuid))
        values.append(jobs.map(\.name))
        values.append(jobs.map(\.queue))
        values.append(jobs.map { PostgresJSON($0.arguments.text) })
        values.append(jobs.map { Int32(clamping: $0.maximumAttempts) })
        values.append(jobs.map { Int16(clamping: $0.priority) })
        values.append(jobs.map { $0.timeout.map { $0.microseconds / 1000 } })
        return values
    }
}

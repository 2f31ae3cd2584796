internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// New jobs, as columns: each id once, in the order of the ids.
struct InsertBatch {
    private typealias Enqueued = (job: NewJob, mark: PublishMark?)
    private typealias Scheduled = (job: NewJob, date: Date?, delay: Int64?)

    private var enqueued: [Enqueued] = []
    private var scheduled: [Scheduled] = []
    /// Which of the jobs are stored, were another of the same id before; all of them where that is `nil`.
    private let isFirst: [Bool]?

    /// Takes jobs in.
    ///
    /// - Parameter jobs: The jobs; of several with one id the first is stored.
    init(_ jobs: [NewJob]) {
        // A client's ids come in order, and then none of them comes twice.
        if zip(jobs, jobs.dropFirst()).allSatisfy({ $0.id.precedes($1.id) }) {
            isFirst = nil
            add(jobs)
        } else {
            var seen: Set<JobID> = []
            let isFirst = jobs.map { seen.insert($0.id).inserted }
            self.isFirst = isFirst
            add(zip(jobs, isFirst).filter(\.1).map(\.0).inJobOrder(\.id))
        }
    }

    private mutating func add(_ jobs: [NewJob]) {
        for job in jobs {
            switch job.start {
            case .enqueued(let mark): enqueued.append((job, mark))
            case .at(let date): scheduled.append((job, date, nil))
            case .after(let delay): scheduled.append((job, nil, delay.microseconds))
            }
        }
    }

    /// What stores the jobs, in one transaction.
    ///
    /// - Parameters:
    ///   - sql: The namespace's statements.
    ///   - isRepeated: Whether the jobs may be there already.
    /// - Returns: The statements.
    func statements(_ sql: InsertStatements, isRepeated: Bool = false) -> [PostgresStatement] {
        guard isRepeated else {
            return (enqueued.isEmpty ? [] : [statement(sql, isWaking: enqueued.contains { $0.mark == nil })])
                + (scheduled.isEmpty ? [] : [PostgresStatement(sql.scheduled.new, parameters: scheduledColumns)])
        }
        var inserts: [PostgresStatement] = []
        var looks: [PostgresStatement] = []
        if !enqueued.isEmpty {
            inserts.append(PostgresStatement(insert(sql).repeated, parameters: wakingColumns))
            looks.append(PostgresStatement(sql.takeBackEnqueued, enqueued.map(\.job.id.uuid)))
        }
        if !scheduled.isEmpty {
            inserts.append(PostgresStatement(sql.scheduled.repeated, parameters: scheduledColumns))
            looks.append(PostgresStatement(sql.takeBackScheduled, scheduled.map(\.job.id.uuid)))
        }
        return inserts + looks
    }

    /// What stores the jobs as a part of what is stored together; servers that wait are not told.
    ///
    /// - Parameter sql: The namespace's statements.
    /// - Returns: The statements.
    func partStatements(_ sql: InsertStatements) -> [PostgresStatement] {
        (enqueued.isEmpty ? [] : [statement(sql, isWaking: false)])
            + (scheduled.isEmpty ? [] : [PostgresStatement(sql.scheduled.new, parameters: scheduledColumns)])
    }

    /// What stores jobs that are a server's from the start.
    ///
    /// - Parameters:
    ///   - sql: The namespace's statements.
    ///   - jobs: The jobs.
    ///   - owner: The server's epoch.
    ///   - claim: The claim number.
    /// - Returns: The statement.
    static func statement(
        _ sql: EagerStatements,
        _ jobs: [NewJob],
        _ owner: ServerEpoch,
        _ claim: Int64
    ) -> PostgresStatement {
        let (jobs, isOne) = (jobs.inJobOrder(\.id), jobs.count == 1)
        var values = columns(jobs, ofOne: isOne)
        values.append(jobs, ofOne: isOne, Self.notes(of:))
        values.append(owner.uuid)
        values.append(claim)
        return PostgresStatement(isOne ? sql.insertOne : sql.insert, parameters: values)
    }

    /// The queues of the jobs that are ready at once and that nobody publishes, each once.
    var unmarkedQueues: [String] {
        Set(enqueued.lazy.filter { $0.mark == nil }.map(\.job.queue)).sorted()
    }

    /// What became of the jobs that the batch was made of.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - results: The statements' results.
    ///   - isRepeated: What was said when they were made.
    /// - Returns: The outcomes, in order.
    /// - Throws: `PostgresError` when a result cannot be read.
    func outcomes(
        of jobs: [NewJob],
        _ results: [PostgresResult],
        isRepeated: Bool
    ) throws(PostgresError) -> [InsertOutcome] {
        guard isRepeated else {
            return isFirst?.map { $0 ? .inserted : .duplicate } ?? Array(repeating: .inserted, count: jobs.count)
        }
        var stored: Set<JobID> = []
        for result in results.prefix(results.count / 2) { stored.formUnion(try result.ids()) }
        for result in results.dropFirst(results.count / 2) { stored.subtract(try result.ids()) }
        return jobs.map { stored.remove($0.id) == nil ? .duplicate : .inserted }
    }

    // MARK: Columns

    private func statement(_ sql: InsertStatements, isWaking: Bool) -> PostgresStatement {
        guard isUniform, let first = enqueued.first else {
            return isWaking
                ? PostgresStatement(insert(sql).waking, parameters: wakingColumns)
                : PostgresStatement(insert(sql).new, parameters: enqueuedColumns)
        }
        let isOne = enqueued.count == 1
        var values = PostgresParameters()
        values.append(enqueued, ofOne: isOne) { $0.job.id.uuid }
        values.append(enqueued, ofOne: isOne) { PostgresJSON($0.job.arguments.text) }
        values.append(first.job.name)
        values.append(first.job.queue)
        values.append(Int32(clamping: first.job.maximumAttempts))
        values.append(Int16(clamping: first.job.priority))
        values.append(first.job.timeout.map { $0.microseconds / 1000 })
        values.append(first.mark?.session.uuid)
        guard haveConsecutiveMarks else {
            // All have one, so nobody else is to be told.
            values.append(enqueued.map(\.mark?.sequence))
            return PostgresStatement(sql.uniformOfCalls, parameters: values)
        }
        values.append(first.mark?.sequence)
        let (new, waking) = isOne ? (sql.one, sql.oneWaking) : (sql.uniform, sql.uniformWaking)
        return PostgresStatement(isWaking ? waking : new, parameters: values)
    }

    private func insert(_ sql: InsertStatements) -> InsertStatements.Insert {
        hasNotes ? sql.enqueuedWithNotes : sql.enqueued
    }

    /// Whether more is said of a job that is ready at once than its columns hold.
    private var hasNotes: Bool {
        enqueued.contains { $0.job.retry != nil || $0.job.trace != nil }
    }

    /// Whether the marks follow one another, or there is none: as one call's do.
    private var haveConsecutiveMarks: Bool {
        zip(enqueued, enqueued.dropFirst()).allSatisfy { one, next in
            one.mark.map { $0.sequence + 1 } == next.mark?.sequence
        }
    }

    /// Whether the jobs differ in their ids, arguments and places in one session only, or are of none.
    private var isUniform: Bool {
        !hasNotes
            && zip(enqueued, enqueued.dropFirst()).allSatisfy { one, next in
                one.mark?.session == next.mark?.session
                    && one.job.name == next.job.name && one.job.queue == next.job.queue
                    && one.job.maximumAttempts == next.job.maximumAttempts && one.job.priority == next.job.priority
                    && one.job.timeout == next.job.timeout
            }
    }

    private var enqueuedColumns: PostgresParameters {
        var values = Self.columns(enqueued.map(\.job))
        values.append(enqueued.map(\.mark?.session.uuid))
        values.append(enqueued.map(\.mark?.sequence))
        if hasNotes { values.append(enqueued.map { Self.notes(of: $0.job) }) }
        return values
    }

    private var wakingColumns: PostgresParameters {
        var values = enqueuedColumns
        values.append(unmarkedQueues)
        return values
    }

    private var scheduledColumns: PostgresParameters {
        var values = Self.columns(scheduled.map(\.job))
        values.append(scheduled.map(\.date))
        values.append(scheduled.map(\.delay))
        values.append(scheduled.map { Self.notes(of: $0.job) })
        return values
    }

    private static func notes(of job: NewJob) -> PostgresJSON? {
        job.notes.json.map { PostgresJSON($0.text) }
    }

    private static func columns(_ jobs: [NewJob], ofOne isOne: Bool = false) -> PostgresParameters {
        var values = PostgresParameters()
        values.append(jobs, ofOne: isOne, \.id.uuid)
        values.append(jobs, ofOne: isOne, \.name)
        values.append(jobs, ofOne: isOne, \.queue)
        values.append(jobs, ofOne: isOne) { PostgresJSON($0.arguments.text) }
        values.append(jobs, ofOne: isOne) { Int32(clamping: $0.maximumAttempts) }
        values.append(jobs, ofOne: isOne) { Int16(clamping: $0.priority) }
        values.append(jobs, ofOne: isOne) { $0.timeout.map { $0.microseconds / 1000 } }
        return values
    }
}

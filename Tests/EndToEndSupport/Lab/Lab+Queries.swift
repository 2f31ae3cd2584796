package import Baton
package import Foundation
package import PostgresClient

extension Lab {
    /// Asks the database.
    ///
    /// - Parameters:
    ///   - sql: The SQL; `@.` stands for the test's schema.
    ///   - parameters: The values of `$1`, `$2`, …
    /// - Returns: The rows.
    /// - Throws: `PostgresError`.
    @discardableResult
    package func query<each Parameter: PostgresEncodable>(
        _ sql: String,
        _ parameters: repeat each Parameter
    ) async throws(PostgresError) -> PostgresResult {
        try await database.query(
            PostgresStatement(sql.replacing("@.", with: "\(schema)."), repeat each parameters, prepared: false)
        )
    }

    /// Asks the database for one value.
    ///
    /// - Parameters:
    ///   - type: The value's type.
    ///   - sql: The SQL; `@.` stands for the test's schema.
    ///   - parameters: The values of `$1`, `$2`, …
    /// - Returns: The first column of the first row.
    /// - Throws: `PostgresError`, or ``LabError`` when there is no row.
    package func value<Value: PostgresDecodable, each Parameter: PostgresEncodable>(
        _ type: Value.Type,
        _ sql: String,
        _ parameters: repeat each Parameter
    ) async throws -> Value {
        guard let row = try await query(sql, repeat each parameters).first else {
            throw LabError("No row came back from: \(sql)")
        }
        return try row.decode(type, 0)
    }

    /// How many jobs are in a state.
    ///
    /// - Parameter state: The state.
    /// - Returns: How many.
    /// - Throws: `PostgresError`.
    package func count(_ state: JobState) async throws -> Int {
        try await value(Int.self, "SELECT count(*) FROM @.jobs WHERE state = $1", state.rawValue)
    }

    /// A counter's value.
    ///
    /// - Parameter counter: Which.
    /// - Returns: Its value; 0 when nothing was ever counted.
    /// - Throws: `PostgresError`.
    package func value(of counter: JobCounter) async throws -> Int {
        try await value(
            Int.self,
            "SELECT coalesce(sum(value), 0)::bigint FROM @.counters WHERE name = $1",
            counter.name
        )
    }

    /// A job's history as one text, such as `enqueued processing succeeded`.
    ///
    /// - Parameter id: The job.
    /// - Returns: The states, oldest first.
    /// - Throws: `JobStorageError`.
    package func path(of id: JobID) async throws -> String {
        try await jobs.job(id).history().map(\.state.rawValue).joined(separator: " ")
    }

    /// Waits until a job is in a state.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - state: The state.
    /// - Returns: The job.
    /// - Throws: ``LabError`` when that does not happen, with the job's history.
    @discardableResult
    package func wait(for id: JobID, _ state: JobState) async throws -> JobSnapshot {
        let deadline = ContinuousClock.now + .seconds(300)
        while true {
            let job = try await jobs.job(id).status()
            if let job, job.state == state { return job }
            if let job, job.state.isFinal || ContinuousClock.now > deadline {
                let path = try await path(of: id)
                throw LabError("Job \(id) is not \(state) but: \(path); \(job.failure.map { "\($0)" } ?? "no error")")
            }
            guard job != nil else { throw LabError("There is no job \(id)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until so many jobs are in a state.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - state: The state.
    ///   - patience: How long before the test is taken to hang.
    /// - Throws: ``LabError`` when that does not happen, with the states of all jobs.
    package func wait(
        until count: Int,
        are state: JobState,
        within patience: Duration = .seconds(300)
    ) async throws {
        let deadline = ContinuousClock.now + patience
        while true {
            let found = try await self.count(state)
            if found == count { return }
            guard ContinuousClock.now < deadline else {
                throw LabError("Not \(count) jobs are \(state) but: \(try await states())")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// How many jobs there are in each state, for a report.
    ///
    /// - Returns: A line of text.
    /// - Throws: `PostgresError`.
    package func states() async throws -> String {
        let rows = try await query("SELECT state, count(*) FROM @.jobs GROUP BY 1 ORDER BY 1")
        return try rows.map { row in
            let (state, count) = try row.decode((String, Int).self)
            return "\(count) \(state)"
        }.joined(separator: ", ")
    }

    /// The database's clock.
    ///
    /// - Returns: The time.
    /// - Throws: `PostgresError`.
    package func now() async throws -> Date {
        try await value(Date.self, "SELECT clock_timestamp()")
    }
}

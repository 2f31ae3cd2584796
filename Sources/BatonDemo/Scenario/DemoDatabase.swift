import Baton
import Foundation
import PostgresClient

/// What the demonstration asks PostgreSQL, about its own jobs only.
///
/// Its own jobs are those of its queue that are no older than itself, by their ids: so the questions go by an index.
struct DemoDatabase: Sendable {
    let client: PostgresClient
    /// A name for this demonstration, which no other has.
    let name = UUID().uuidString.lowercased()
    /// The queue of its jobs.
    let queue: String
    /// The smallest id a job of this demonstration can have.
    let firstID: UUID
    /// The namespace's schema, quoted.
    let schema: String

    /// Finds a queue.
    ///
    /// It is “demo” unless an earlier demonstration left jobs there or another one serves it.
    ///
    /// - Parameters:
    ///   - client: The database.
    ///   - namespace: Baton's namespace; its tables are there.
    /// - Throws: `PostgresError`.
    init(_ client: PostgresClient, namespace: String) async throws(PostgresError) {
        let schema = "\"\(namespace.replacing("\"", with: "\"\""))\""
        let rows = try await client.query(
            PostgresStatement(
                """
                SELECT EXISTS (
                    SELECT FROM \(schema).jobs
                    WHERE queue = $1 AND state IN ('scheduled', 'awaiting', 'enqueued', 'processing')
                ) OR EXISTS (SELECT FROM \(schema).servers WHERE $1 = ANY (queues) AND state = 'alive')
                """,
                "demo"
            )
        )
        let isTaken = try rows.first?.decode(Bool.self, 0) ?? false
        self.client = client
        self.schema = schema
        queue = isTaken ? "demo-\(name.prefix(8))" : "demo"
        firstID = JobID(uuidv7: UInt64(Date.now.timeIntervalSince1970 * 1_000), random: (0, 0)).uuid
    }

    /// How far the jobs are.
    func counts() async throws(PostgresError) -> JobCounts {
        let rows = try await client.query(
            PostgresStatement(
                "SELECT state, count(*) FROM \(schema).jobs WHERE id >= $1 AND queue = $2 GROUP BY state",
                firstID,
                queue
            )
        )
        var counts = JobCounts()
        for row in rows {
            let (state, count) = try row.decode((String, Int).self)
            switch JobState(rawValue: state) {
            case .succeeded: counts.succeeded = count
            case .failed: counts.failed = count
            case .deleted: counts.deleted = count
            case .processing: counts.processing = count
            case .enqueued: counts.enqueued = count
            case .scheduled, .awaiting: counts.scheduled += count
            case nil: break
            }
        }
        return counts
    }

    /// How many runs have begun lately and not ended, by process.
    ///
    /// - Parameter age: How old they are at most: older ones may end before anything can be done with the answer.
    /// - Returns: Counts by process.
    /// - Throws: `PostgresError`.
    func running(youngerThan age: Duration) async throws(PostgresError) -> [Int64: Int] {
        let rows = try await client.query(
            PostgresStatement(
                """
                SELECT pid, count(*) FROM baton_demo.run
                WHERE ended_at IS NULL AND job_id IN (SELECT id FROM \(schema).jobs WHERE id >= $1 AND queue = $2)
                    AND started_at > clock_timestamp() - $3 * interval '1 second'
                GROUP BY pid
                """,
                firstID,
                queue,
                age / .seconds(1)
            )
        )
        var running: [Int64: Int] = [:]
        for row in rows {
            let (processID, count) = try row.decode((Int64, Int).self)
            running[processID] = count
        }
        return running
    }

    /// How many jobs that a killed worker had begun wait to be run again.
    ///
    /// - Parameter processID: The killed worker.
    /// - Returns: How many.
    /// - Throws: `PostgresError`.
    func waitingForRerun(after processID: Int64) async throws(PostgresError) -> Int {
        let rows = try await client.query(
            PostgresStatement(
                """
                SELECT count(*) FROM baton_demo.run AS killed
                JOIN \(schema).jobs AS j ON j.id = killed.job_id AND j.id >= $1 AND j.queue = $2
                WHERE killed.pid = $3 AND killed.ended_at IS NULL AND j.state NOT IN ('succeeded', 'failed', 'deleted')
                    AND NOT EXISTS (
                        SELECT FROM baton_demo.run AS r
                        WHERE r.job_id = killed.job_id AND r.started_at > killed.started_at
                    )
                """,
                firstID,
                queue,
                processID
            )
        )
        return try rows.first?.decode(Int.self, 0) ?? 0
    }

    /// Writes down that something happened, at the database's time.
    ///
    /// - Parameters:
    ///   - event: What.
    ///   - processID: To which process.
    /// - Throws: `PostgresError`.
    func record(_ event: DemoEvent, processID: Int64? = nil) async throws(PostgresError) {
        try await client.query(
            PostgresStatement(
                "INSERT INTO baton_demo.event (demo, kind, pid) VALUES ($1, $2, $3)",
                name,
                event.rawValue,
                processID
            )
        )
    }
}

import Baton
import BatonMacros
import EndToEndSupport
import Foundation
import PostgresClient

/// A table in which jobs write down that they ran: the only witness that does not ask Baton.
struct RunLedger: Sendable {
    /// One run of a job.
    struct Run: Hashable {
        let id: JobID
        let run: Int
    }

    private let lab: Lab

    /// Makes the table, in the schema that goes with the test.
    init(_ lab: Lab) async throws {
        self.lab = lab
        try await lab.query(
            """
            CREATE TABLE @.ledger (
                job_id uuid, run bigint, side text, started_at timestamptz DEFAULT clock_timestamp(), ended_at timestamptz
            )
            """
        )
        try await lab.query("CREATE INDEX ON @.ledger (job_id)")
    }

    /// Writes the start of a run down.
    func begin(_ context: JobContext, side: String) async throws {
        try await lab.query(
            "INSERT INTO @.ledger (job_id, run, side) VALUES ($1, $2, $3)",
            context.id.uuid,
            Int64(context.run),
            side
        )
    }

    /// Writes the end of a run down.
    func end(_ context: JobContext) async throws {
        try await lab.query(
            "UPDATE @.ledger SET ended_at = clock_timestamp() WHERE job_id = $1 AND run = $2",
            context.id.uuid,
            Int64(context.run)
        )
    }

    /// The runs that there were, and how many lines each has.
    func runs() async throws -> [Run: Int] {
        let rows = try await lab.query("SELECT job_id, run, count(*) FROM @.ledger GROUP BY 1, 2")
        var runs: [Run: Int] = [:]
        for row in rows {
            let (id, run, lines) = try row.decode((UUID, Int, Int).self)
            runs[Run(id: JobID(id), run: run)] = lines
        }
        return runs
    }

    /// Counts something.
    func value(_ count: String) async throws -> Int {
        try await lab.value(Int.self, "SELECT \(count) FROM @.ledger")
    }
}

/// Jobs that write into a ledger.
@Jobs
struct LedgerJobs: Sendable {
    let ledger: RunLedger
    let side: String

    /// Writes its run down.
    @Job("test.write")
    func write(number: Int, context: JobContext) async throws -> Int {
        try await ledger.begin(context, side: side)
        try await ledger.end(context)
        return number
    }
}

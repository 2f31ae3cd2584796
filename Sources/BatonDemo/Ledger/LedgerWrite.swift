import Foundation
import PostgresClient

/// One thing to be written into the ledger.
enum LedgerWrite: Sendable {
    /// A run about to begin.
    struct Start: Sendable {
        let id: UUID
        let job: UUID
        let run: Int32
        let attempt: Int32
        let server: String
    }

    case start(Start)
    case end(UUID)

    /// The statements for a batch; they may be repeated.
    ///
    /// - Parameters:
    ///   - writes: The batch.
    ///   - processID: The process that runs the jobs.
    /// - Returns: At most two statements.
    static func statements(for writes: [LedgerWrite], processID: Int64) -> [PostgresStatement] {
        let starts = writes.compactMap { write in
            if case .start(let start) = write { start } else { nil }
        }
        let ends = writes.compactMap { write in
            if case .end(let id) = write { id } else { nil }
        }
        var statements: [PostgresStatement] = []
        if !starts.isEmpty {
            statements.append(
                PostgresStatement(
                    """
                    INSERT INTO baton_demo.run (id, job_id, run, attempt, server, pid, started_at)
                    SELECT s.*, $6, clock_timestamp()
                    FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::text[]) AS s
                    ON CONFLICT (id) DO NOTHING
                    """,
                    starts.map(\.id),
                    starts.map(\.job),
                    starts.map(\.run),
                    starts.map(\.attempt),
                    starts.map(\.server),
                    processID
                )
            )
        }
        if !ends.isEmpty {
            statements.append(
                PostgresStatement(
                    "UPDATE baton_demo.run SET ended_at = clock_timestamp() WHERE id = ANY ($1) AND ended_at IS NULL",
                    ends
                )
            )
        }
        return statements
    }
}

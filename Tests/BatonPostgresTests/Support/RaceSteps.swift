import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// Single statements, for transactions that a test holds open.
extension StorageFixture {
    static let lease = Duration.milliseconds(200)

    /// Claims a job; returns how many rows matched.
    func claimRaw(_ job: NewJob, owner: ServerEpoch, on transaction: PostgresTransaction) async throws -> Int {
        try await transaction.query(
            PostgresStatement(statements.claim.claim, [job.id.uuid], [Int32(1)], owner.uuid, Int64(1))
        ).count
    }

    /// Has a server's heartbeats look unbroken for long.
    func makeWitness(_ epoch: ServerEpoch) async throws {
        try await sql(
            """
            UPDATE ns.server SET unbroken_since = now() - interval '1 hour', heartbeat_at = now() + interval '1 hour'
            WHERE epoch = $1
            """,
            epoch.uuid
        )
    }

    /// Certifies a server, as soon as the session that does it is older than a lease.
    func certify(_ epoch: ServerEpoch) async throws -> Bool {
        while true {
            if try await persistently({ try await storage.certifyDead(epoch, lease: Self.lease) }) { return true }
            let age = "SELECT bool_and(now() - backend_start > interval '1 second') FROM pg_stat_activity WHERE "
            let isOld = try await value(Bool?.self, age + "position($1 in application_name) > 0", "baton \(namespace) ")
            if isOld == true {
                return try await persistently { try await storage.certifyDead(epoch, lease: Self.lease) }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Certifies a server in a transaction of the test.
    func certifyRaw(_ epoch: ServerEpoch, on transaction: PostgresTransaction) async throws {
        let statement = PostgresStatement(try statements.server.certify, epoch.uuid, Self.lease.microseconds)
        while try await transaction.query(statement).isEmpty {
            // The transaction's clock stands still: only a new one gets older than a lease.
            try await transaction.execute([PostgresStatement("COMMIT", prepared: false)])
            try await Task.sleep(for: .milliseconds(20))
            try await transaction.execute([PostgresStatement("BEGIN", prepared: false)])
        }
    }

    /// Stops statements at the moment they read a table's first row: their snapshot is taken, their move is not made.
    ///
    /// The body gets the name of the table while a view that waits for it stands in its place.
    func withPausedReaders(of table: String, _ body: (String) async throws -> Void) async throws {
        let hidden = "\(table)_hidden"
        try await sql("ALTER TABLE ns.\(table) RENAME TO \(hidden)")
        try await sql(
            """
            CREATE FUNCTION ns.pause() RETURNS boolean LANGUAGE plpgsql VOLATILE COST 0.01 AS
            $$ BEGIN PERFORM pg_advisory_xact_lock_shared(hashtext('\(namespace)')); RETURN true; END $$
            """
        )
        try await sql("CREATE VIEW ns.\(table) AS SELECT * FROM ns.\(hidden) WHERE ns.pause()")
        try await client.withTransaction { transaction in
            let lock = "SELECT pg_advisory_xact_lock(hashtext('\(namespace)'))"
            try await transaction.query(PostgresStatement(lock, prepared: false))
            try await body(hidden)
        }
    }
}

import PostgresClient
import Testing

// What is known of a COPY that ends before the server has confirmed it.
@Suite(.timeLimit(.minutes(15))) struct CopyOutcomeTests {
    private func rows(_ count: Int) -> [PostgresParameters] {
        (0..<count).map { PostgresParameters(Int64($0)) }
    }

    /// Runs a test with a COPY that has got all of its data and waits for a lock of another session before it confirms.
    private func withCopyThatWaits(
        _ body: (PostgresConnection, Task<Int, any Error>, _ holder: PostgresConnection) async throws -> Void
    ) async throws {
        let key = Int.random(in: 0 ... .max)
        try await withConnection { holder in
            try await holder.query(PostgresStatement("SELECT pg_advisory_lock($1)", key))
            try await withConnection { connection in
                for sql in [
                    "CREATE TEMPORARY TABLE t (a bigint)",
                    """
                    CREATE FUNCTION pg_temp.wait() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN PERFORM pg_advisory_xact_lock(\(key)); RETURN NULL; END $$
                    """,
                    "CREATE TRIGGER wait AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.wait()",
                ] {
                    try await connection.query(PostgresStatement(sql, prepared: false))
                }
                let rows = self.rows(3)
                let copy = Task { try await connection.copy(into: "t", columns: ["a"], rows: rows) }
                try await waitUntil {
                    try await holder.value(
                        Bool.self,
                        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'advisory')",
                        connection.processID
                    )
                }
                try await body(connection, copy, holder)
            }
        }
    }

    @Test func aConnectionThatDiesBeforeTheVerdictLeavesTheOutcomeOpen() async throws {
        try await self.withCopyThatWaits { connection, copy, _ in
            try await terminate(connection.processID)
            let error = await #expect(throws: PostgresError.self) { try await copy.value }
            #expect(error?.code == .connectionLost)
            #expect(error?.sqlState == .adminShutdown)
            #expect(error?.outcomeIsUnknown == true)
        }
    }

    @Test func aCancellationBeforeTheVerdictIsConfirmed() async throws {
        try await self.withCopyThatWaits { connection, copy, _ in
            copy.cancel()
            let error = await #expect(throws: PostgresError.self) { try await copy.value }
            #expect(error?.code == .cancelled)
            #expect(error?.outcomeIsUnknown == false)
            try await connection.expect(0 as Int, "SELECT count(*) FROM t")
        }
    }

    @Test func whoComesBehindIsServedAfterTheVerdict() async throws {
        try await self.withCopyThatWaits { connection, copy, holder in
            let behind = Task { try await connection.value(Int.self, "SELECT count(*) FROM t") }
            try await waitUntil { connection.requestsUnderWay >= 2 }
            try await holder.query(PostgresStatement("SELECT pg_advisory_unlock_all()"))
            #expect(try await copy.value == 3)
            #expect(try await behind.value == 3)
        }
    }

    @Test func aConnectionThatIsClosedInTheMiddleHasStoredNothing() async throws {
        try await withSchema { schema in
            try await withConnection { other in
                try await other.query(PostgresStatement("CREATE TABLE \(schema).t (a bigint)"))
                let (rows, continuation) = AsyncStream.makeStream(of: PostgresParameters.self)
                let connection = try await PostgresConnection.connect(TestDatabase.configuration())
                let copy = Task {
                    try await connection.copy(into: "t", schema: schema, columns: ["a"], rows: rows)
                }
                try await waitUntil { try await isRunning(connection.processID, "COPY") }
                // More than one chunk, so that some of it is with the server.
                for row in self.rows(50_000) { continuation.yield(row) }
                await connection.close()
                continuation.finish()
                let error = await #expect(throws: PostgresError.self) { try await copy.value }
                #expect(error?.code == .connectionClosed)
                #expect(error?.outcomeIsUnknown == false)
                try await waitUntil { try await !exists(connection.processID) }
                try await other.expect(0 as Int, "SELECT count(*) FROM \(schema).t")
            }
        }
    }
}

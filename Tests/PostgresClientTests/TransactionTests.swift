import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(15))) struct TransactionTests {
    private struct Failure: Error, Equatable {}

    @Test func aTransactionCommits() async throws {
        try await withSchema { schema in
            try await withClient { client in
                try await client.query(PostgresStatement("CREATE TABLE \(schema).t (a bigint)"))
                let count = try await client.withTransaction { transaction in
                    try await transaction.query(PostgresStatement("INSERT INTO \(schema).t VALUES ($1)", 1))
                    try await client.expect(0 as Int, "SELECT count(*) FROM \(schema).t")
                    return try await transaction.value(Int.self, "SELECT count(*) FROM \(schema).t")
                }
                #expect(count == 1)
                try await client.expect(1 as Int, "SELECT count(*) FROM \(schema).t")
            }
        }
    }

    @Test func aTransactionThatThrowsIsRolledBack() async throws {
        try await withSchema { schema in
            try await withClient(configure: { $0.maximumConnections = 1 }) { client in
                try await client.query(PostgresStatement("CREATE TABLE \(schema).t (a bigint)"))
                await #expect(throws: Failure()) {
                    try await client.withTransaction { transaction in
                        try await transaction.query(PostgresStatement("INSERT INTO \(schema).t VALUES ($1)", 1))
                        throw Failure()
                    }
                }
                try await client.expect(0 as Int, "SELECT count(*) FROM \(schema).t")
            }
        }
    }

    @Test func aTransactionWhoseTaskIsCancelledIsRolledBack() async throws {
        try await withSchema { schema in
            try await withClient(configure: { $0.maximumConnections = 1 }) { client in
                try await client.query(PostgresStatement("CREATE TABLE \(schema).t (a bigint)"))
                let task = Task {
                    try await client.withTransaction { transaction in
                        try await transaction.query(PostgresStatement("INSERT INTO \(schema).t VALUES ($1)", 1))
                        withUnsafeCurrentTask { $0?.cancel() }
                        try await transaction.query(PostgresStatement("INSERT INTO \(schema).t VALUES ($1)", 2))
                    }
                }
                await #expect(throws: PostgresError.self) { try await task.value }
                try await client.expect(0 as Int, "SELECT count(*) FROM \(schema).t")
            }
        }
    }

    @Test func aCommitThatFailsSaysSo() async throws {
        try await withSchema { schema in
            try await withClient { client in
                try await client.query(
                    PostgresStatement("CREATE TABLE \(schema).t (a bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)")
                )
                let error = await #expect(throws: PostgresError.self) {
                    try await client.withTransaction { transaction in
                        for _ in 0..<2 {
                            try await transaction.query(PostgresStatement("INSERT INTO \(schema).t VALUES (1)"))
                        }
                    }
                }
                #expect(error?.code == .commitFailed)
                #expect(error?.sqlState == .uniqueViolation)
                #expect(error?.outcomeIsUnknown == false)
            }
        }
    }

    @Test func aTransactionThatIgnoresAnErrorDoesNotPretendToCommit() async throws {
        try await withClient { client in
            let error = await #expect(throws: PostgresError.self) {
                try await client.withTransaction { transaction in
                    _ = try? await transaction.query(PostgresStatement("SELECT 1 / 0"))
                }
            }
            #expect(error?.code == .commitFailed)
        }
    }

    @Test func aCommitWhoseConnectionIsLostHasAnUnknownOutcome() async throws {
        try await withClient { client in
            let error = await #expect(throws: PostgresError.self) {
                try await client.withTransaction { transaction in
                    let process = try await transaction.value(Int32.self, "SELECT pg_backend_pid()")
                    // It ends the session in the middle of the commit, from within.
                    try await transaction.execute([
                        PostgresStatement(
                            """
                            CREATE FUNCTION pg_temp.end_session() RETURNS trigger LANGUAGE plpgsql AS
                            $$ BEGIN PERFORM pg_terminate_backend(\(process)); PERFORM pg_sleep(600); RETURN NULL; END $$
                            """
                        ),
                        PostgresStatement("CREATE TEMPORARY TABLE t (a bigint)"),
                        PostgresStatement(
                            """
                            CREATE CONSTRAINT TRIGGER end_session AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                            FOR EACH ROW EXECUTE FUNCTION pg_temp.end_session()
                            """
                        ),
                        PostgresStatement("INSERT INTO t VALUES (1)"),
                    ])
                }
            }
            #expect(error?.code == .commitFailed)
            #expect(error?.outcomeIsUnknown == true)
            try await client.expect(1 as Int, "SELECT 1")
        }
    }

    @Test func aTransactionLeftOpenDoesNotReachTheNextCaller() async throws {
        try await withClient(configure: { $0.maximumConnections = 1 }) { client in
            let process = try await client.withConnection { connection in
                try await connection.execute([
                    PostgresStatement("BEGIN"), PostgresStatement("CREATE TEMPORARY TABLE t (a bigint)"),
                ])
                return connection.processID
            }
            try await client.withConnection { connection in
                #expect(connection.processID == process)
                try await connection.expect(nil as String?, "SELECT to_regclass('t')::text")
            }
        }
    }
}

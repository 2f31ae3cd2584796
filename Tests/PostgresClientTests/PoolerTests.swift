import Foundation
import LoopbackPort
import PostgresClient
import Testing

// PgBouncer between client and server.
@Suite(
    .timeLimit(.minutes(15)),
    .enabled(
        if: PrivateServer.isAvailable && Program.isInstalled("pgbouncer"),
        "needs PostgreSQL's programs and PgBouncer"
    )
) struct PoolerTests {
    private func withPooler(
        mode: String,
        _ body: (PostgresConfiguration) async throws -> Void
    ) async throws {
        try await PrivateServer.with { server in
            let port = try LoopbackPort.free()
            let settings = """
                [databases]
                postgres = host=127.0.0.1 port=\(server.port) user=tester
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = \(port)
                unix_socket_dir =
                auth_type = any
                pool_mode = \(mode)
                default_pool_size = 2
                logfile = \(server.folder)/pgbouncer.log
                pidfile = \(server.folder)/pgbouncer.pid

                """
            let file = server.folder + "/pgbouncer.ini"
            try Data(settings.utf8).write(to: URL(fileURLWithPath: file))
            try await Program.runAsServer([try #require(Program.path("pgbouncer")), "-d", file])
            var configuration = PostgresConfiguration(
                url: "postgresql://tester@127.0.0.1:\(port)/postgres?sslmode=disable"
            ).patient
            configuration.maximumConnections = 2
            let result: Result<Void, any Error>
            do {
                try await waitUntil { (try? await withConnection(configuration: configuration) { _ in }) != nil }
                result = .success(try await body(configuration))
            } catch {
                result = .failure(error)
            }
            let process = try String(contentsOfFile: server.folder + "/pgbouncer.pid", encoding: .utf8)
            if let process = Int32(process.trimmingCharacters(in: .whitespacesAndNewlines)) { kill(process, SIGTERM) }
            try result.get()
        }
    }

    private func useEverything(_ client: PostgresClient) async throws {
        try await client.query(PostgresStatement("CREATE TABLE t (a bigint, b text)"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask { try await client.expect(number, "SELECT $1", number) }
                group.addTask {
                    try await client.withTransaction { transaction in
                        try await transaction.query(PostgresStatement("INSERT INTO t VALUES ($1)", number))
                        try await transaction.query(PostgresStatement("UPDATE t SET b = 'x' WHERE a = $1", number))
                    }
                }
            }
            try await group.waitForAll()
        }
        try await client.expect(50 as Int, "SELECT count(*) FROM t WHERE b = 'x'")
        let (rows, continuation) = AsyncStream.makeStream(of: PostgresParameters.self)
        for number in 0..<1000 { continuation.yield(PostgresParameters(Int64(number), "y")) }
        continuation.finish()
        #expect(try await client.copy(into: "t", columns: ["a", "b"], rows: rows) == 1000)
        for _ in 0..<5 {
            let error = await #expect(throws: PostgresError.self) {
                try await client.query(PostgresStatement("SELECT pg_sleep(600)"), timeout: .milliseconds(30))
            }
            #expect(error?.code == .timeout)
            try await client.expect(1 as Int, "SELECT 1 FROM pg_sleep(0.02)")
        }
    }

    @Test func sessionModeIsLikeNoPooler() async throws {
        try await self.withPooler(mode: "session") { configuration in
            try await withClient(configuration) { client in
                try await self.useEverything(client)
            }
        }
    }

    @Test func transactionModeWorksWithoutPreparedStatements() async throws {
        try await self.withPooler(mode: "transaction") { configuration in
            try await withClient(configuration, configure: { $0.preparedStatementCapacity = 0 }) { client in
                try await self.useEverything(client)
            }
        }
    }

    @Test func transactionModeWithPreparedStatementsSaysWhatToDo() async throws {
        try await self.withPooler(mode: "transaction") { configuration in
            try await withConnection(configuration: configuration) { connection in
                let process = try await connection.value(Int32.self, "SELECT pg_backend_pid()")
                try await withConnection(configuration: configuration) { other in
                    // It takes the session in which the statement was prepared away.
                    try await other.withTransaction { transaction in
                        let theirs = try await transaction.query(
                            PostgresStatement("SELECT pg_backend_pid()", prepared: false)
                        )
                        #expect(try theirs[0].decode(Int32.self, 0) == process)
                        let error = await #expect(throws: PostgresError.self) {
                            try await connection.value(Int32.self, "SELECT pg_backend_pid()")
                        }
                        #expect(error?.sqlState == .invalidStatementName)
                        #expect(error?.message.contains("preparedStatementCapacity") == true)
                    }
                }
            }
        }
    }
}

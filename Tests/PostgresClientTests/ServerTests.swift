import PostgresClient
import Testing

// What only a server of one's own can show: restarts, failover and silence.
@Suite(
    .timeLimit(.minutes(15)),
    .enabled(if: PrivateServer.isAvailable, "needs PostgreSQL's programs")
) struct ServerTests {
    @Test(arguments: ["fast", "immediate"])
    func aRestartIsSurvivedAndItsVictimsKnowThatTheyDoNotKnow(mode: String) async throws {
        try await PrivateServer.with { server in
            var configuration = PostgresConfiguration(url: server.url).patient
            configuration.minimumConnections = 2
            try await withClient(configuration) { client in
                try await client.query(PostgresStatement("CREATE TABLE t (a bigint)"))
                let running = Task {
                    try await client.execute([
                        PostgresStatement("INSERT INTO t VALUES (1)"), PostgresStatement("SELECT pg_sleep(600)"),
                    ])
                }
                let lost = Task { try await client.withDedicatedConnection { await $0.untilClosed().code } }
                try await waitUntil {
                    try await client.value(
                        Bool.self,
                        "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> $1",
                        try await client.value(Int32.self, "SELECT pg_backend_pid()")
                    )
                }
                try await server.restart(mode)
                let error = await #expect(throws: PostgresError.self) { try await running.value }
                #expect(error?.code == .connectionLost)
                #expect(error?.outcomeIsUnknown == true)
                // Thrown by the holder, or told by the connection, whichever is first.
                if case .success(let code) = await lost.result { #expect(code == .connectionLost) }
                try await waitUntil {
                    (try? await client.value(Int.self, "SELECT count(*) FROM t")) == 0
                }
            }
        }
    }

    @Test func whileTheServerIsDownCallersWaitForIt() async throws {
        try await PrivateServer.with { server in
            var configuration = PostgresConfiguration(url: server.url).patient
            configuration.maximumBackoff = .milliseconds(200)
            try await withClient(configuration) { client in
                try await client.expect(1 as Int, "SELECT 1")
                try await server.stop()
                let waiting = Task {
                    while true {
                        do {
                            return try await client.value(Int.self, "SELECT 2")
                        } catch let error as PostgresError where error.code == .connectionLost {}
                    }
                }
                try await server.start()
                #expect(try await waiting.value == 2)
            }
        }
    }

    // MARK: Several hosts

    private func url(_ ports: [UInt16], _ attributes: String) -> String {
        let hosts = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
        return "postgresql://tester@\(hosts)/postgres?sslmode=disable&target_session_attrs=\(attributes)"
    }

    @Test func theClientFollowsThePrimary() async throws {
        try await PrivateServer.with(settings: ["default_transaction_read_only": "on"]) { first in
            try await PrivateServer.with { second in
                let ports = [first.port, second.port]
                var configuration = PostgresConfiguration(url: self.url(ports, "read-write")).patient
                configuration.maximumBackoff = .milliseconds(200)
                try await withClient(configuration) { client in
                    try await client.expect(Int32(second.port), "SELECT inet_server_port()")
                    // The second one goes, and the first is promoted.
                    try await second.stop()
                    let promoted = PostgresConfiguration(url: first.url).patient
                    try await withConnection(configuration: promoted) { connection in
                        for sql in ["ALTER SYSTEM SET default_transaction_read_only = off", "SELECT pg_reload_conf()"] {
                            try await connection.query(PostgresStatement(sql, prepared: false))
                        }
                    }
                    try await waitUntil {
                        (try? await client.value(Int32.self, "SELECT inet_server_port()")) == Int32(first.port)
                    }
                    try await client.query(PostgresStatement("CREATE TABLE t (a bigint)"))
                }
                // Nobody who may be written to, and none who may only be read.
                let readOnly = PostgresConfiguration(url: self.url(ports, "read-only")).patient
                let error = await #expect(throws: PostgresError.self) {
                    try await PostgresConnection.connect(readOnly)
                }
                #expect(error?.message.contains("not read-only") == true, "\(error?.message ?? "")")
                #expect(error?.message.contains("port \(second.port)") == true)
                #expect(error?.isRetryable == true)
                // A standby would be better, but there is none.
                try await withConnection(
                    configuration: PostgresConfiguration(url: self.url(ports, "prefer-standby")).patient
                ) { connection in
                    try await connection.expect(Int32(first.port), "SELECT inet_server_port()")
                }
            }
        }
    }

    @Test func aFirstHostThatIsSilentDoesNotUseUpTheTime() async throws {
        let address = try TestDatabase.address()
        let silent = try await TestProxy.start(to: address)
        defer { silent.stop() }
        silent.isSilent = true
        let url = try TestDatabase.url().replacing("@", with: "@127.0.0.1:\(silent.port),")
        var configuration = PostgresConfiguration(url: url)
        configuration.connectTimeout = .seconds(20)
        try await withConnection(configuration: configuration) { connection in
            try await connection.expect(Int32(address.port), "SELECT inet_server_port()")
        }
    }
}

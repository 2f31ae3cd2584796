import PostgresClient
import Testing

// A network that loses every packet and says so to nobody, as when a machine or a switch loses its power. Only the
// system's own limits end a connection then.
@Suite(
    .timeLimit(.minutes(15)),
    .enabled(if: PrivateServer.isAvailable, "needs PostgreSQL's programs"),
    .enabled("needs iproute2, socat and the right to make networks") { await TestNetwork.isAvailable() }
) struct SilenceTests {
    /// Data without end.
    private struct Endless: AsyncSequence, AsyncIteratorProtocol {
        func makeAsyncIterator() -> Endless { self }

        mutating func next() async throws -> [UInt8]? {
            try await Task.sleep(for: .milliseconds(1))
            return Array(repeatElement("1\n".utf8, count: 1000).joined())
        }
    }

    private func withCable(
        _ limits: String,
        _ body: (PostgresConnection, TestNetwork) async throws -> Void
    ) async throws {
        try await PrivateServer.with(
            // In its data folder, where nobody else looks for it.
            settings: ["unix_socket_directories": "."],
            hba: "local all all trust"
        ) { server in
            try await TestNetwork.with(socket: "\(server.folder)/data/.s.PGSQL.\(server.port)") { network in
                let connection = try await self.connect(
                    "postgresql://tester@\(network.address):5432/postgres?sslmode=disable&gssencmode=disable&\(limits)"
                )
                do {
                    try await body(connection, network)
                } catch {
                    await connection.close()
                    throw error
                }
                await connection.close()
            }
        }
    }

    private func connect(_ url: String) async throws -> PostgresConnection {
        // It takes a moment until somebody listens at the far end.
        for _ in 0..<5_000 {
            if let connection = try? await PostgresConnection.connect(PostgresConfiguration(url: url)) {
                return connection
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await PostgresConnection.connect(PostgresConfiguration(url: url))
    }

    @Test func aQueryThatNobodyReceivesIsLost() async throws {
        try await self.withCable("tcp_user_timeout=2000") { connection, network in
            try await connection.expect(1 as Int, "SELECT 1")
            try await network.cut()
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(PostgresStatement("SELECT 2"))
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.outcomeIsUnknown == true)
            #expect(await connection.untilClosed().code == .connectionLost)
        }
    }

    @Test func aCopyThatNobodyReceivesIsLostAndNothingIsStored() async throws {
        try await self.withCable("tcp_user_timeout=2000") { connection, network in
            try await connection.query(PostgresStatement("CREATE TEMPORARY TABLE t (a bigint)"))
            let copy = Task { try await connection.copy("COPY t FROM STDIN", data: Endless()) }
            try await waitUntil { connection.requestsUnderWay >= 1 }
            try await network.cut()
            let error = await #expect(throws: PostgresError.self) { try await copy.value }
            #expect(error?.code == .connectionLost)
            #expect(error?.outcomeIsUnknown == false)
        }
    }

    // One limit alone, and both: with a limit for what is sent, that one also counts for probes.
    @Test(arguments: [
        "keepalives_idle=1&keepalives_interval=1&keepalives_count=2&tcp_user_timeout=0",
        "keepalives_idle=1&keepalives_interval=1&keepalives_count=60&tcp_user_timeout=2000",
    ])
    func aConnectionThatOnlyListensNoticesByItself(limits: String) async throws {
        try await self.withCable(limits) { connection, network in
            try await connection.query(PostgresStatement("LISTEN channel", prepared: false))
            try await network.cut()
            let end = await connection.untilClosed()
            #expect(end.code == .connectionLost)
            #expect(end.message.contains("timed out"), "\(end.message)")
        }
    }
}

import PostgresClient
import Testing

// What the server says while it is the client's turn: libpq reports notices, and keeps errors to itself.
@Suite(.timeLimit(.minutes(15))) struct CopyNoticeTests {
    /// Data without end, the second row of which is refused.
    private struct Endless: AsyncSequence, AsyncIteratorProtocol {
        var isFirst = true

        func makeAsyncIterator() -> Endless { self }

        mutating func next() async throws -> [UInt8]? {
            try await Task.sleep(for: .milliseconds(1))
            defer { self.isFirst = false }
            return Array((self.isFirst ? "1\n-1\n" : "2\n").utf8)
        }
    }

    /// Runs a test with a table that has something to say about every row, over a network that can tear it to pieces.
    private func withTalkativeTable(
        _ body: (PostgresConnection, TestProxy, LogCollector) async throws -> Void
    ) async throws {
        let proxy = try await TestProxy.start(to: TestDatabase.address())
        defer { proxy.stop() }
        let log = LogCollector()
        let configuration = try TestDatabase.configuration(host: "127.0.0.1", port: proxy.port)
        try await withConnection(configuration: configuration, logger: log.logger) { connection in
            for sql in [
                "CREATE TEMPORARY TABLE t (a bigint)",
                """
                CREATE FUNCTION pg_temp.talk() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE NOTICE 'row %', NEW.a;
                    IF NEW.a < 0 THEN RAISE EXCEPTION 'no row %', NEW.a; END IF;
                    RETURN NEW;
                END $$
                """,
                "CREATE TRIGGER talk BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION pg_temp.talk()",
            ] {
                try await connection.query(PostgresStatement(sql, prepared: false))
            }
            try await body(connection, proxy, log)
        }
    }

    @Test func aNoticeThatComesInPiecesDoesNotEndTheCopy() async throws {
        try await self.withTalkativeTable { connection, proxy, log in
            proxy.pieceSize = 7
            let (data, continuation) = AsyncStream.makeStream(of: [UInt8].self)
            let copy = Task { try await connection.copy("COPY t FROM STDIN", data: data) }
            continuation.yield(Array("1\n2\n3\n".utf8))
            try await waitUntil { log.lines.contains("debug: PostgreSQL: row 3") }
            // Longer than an error would be waited for.
            try await Task.sleep(for: .seconds(3))
            continuation.yield(Array("4\n".utf8))
            continuation.finish()
            #expect(try await copy.value == 4)
            try await connection.expect(4 as Int, "SELECT count(*) FROM t")
        }
    }

    @Test func anErrorEndsDataThatWouldNotEnd() async throws {
        try await self.withTalkativeTable { connection, proxy, _ in
            // So small that the error never comes together with the notice before it.
            proxy.pieceSize = 2
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copy("COPY t FROM STDIN", data: Endless())
            }
            #expect(error?.message == "no row -1")
            #expect(error?.code == .queryFailed)
            try await connection.expect(0 as Int, "SELECT count(*) FROM t")
        }
    }

    @Test func anErrorBehindNoticesIsToldWhenTheDataEnds() async throws {
        try await self.withTalkativeTable { connection, _, _ in
            let (data, continuation) = AsyncStream.makeStream(of: [UInt8].self)
            continuation.yield(Array("1\n2\n-3\n".utf8))
            continuation.finish()
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copy("COPY t FROM STDIN", data: data)
            }
            #expect(error?.message == "no row -3")
            try await connection.expect(0 as Int, "SELECT count(*) FROM t")
        }
    }
}

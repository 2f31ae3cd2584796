import Foundation
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(15))) struct CancellationTests {
    @Test func aCancelledTaskEndsItsStatementsOnTheServer() async throws {
        try await withConnection { connection in
            let task = Task { try await connection.query(PostgresStatement("SELECT pg_sleep(600)")) }
            try await waitUntil { try await isRunning(connection.processID, "pg_sleep(600)") }
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.sqlState == .queryCanceled)
            #expect(error?.outcomeIsUnknown == false)
            try await connection.expect(1 as Int, "SELECT 1")
            #expect(try await !isRunning(connection.processID, "pg_sleep(600)"))
        }
    }

    @Test func aTimeoutEndsTheStatementsOnTheServer() async throws {
        try await withClient(configure: { $0.maximumConnections = 1 }) { client in
            let process = try await client.value(Int32.self, "SELECT pg_backend_pid()")
            let error = await #expect(throws: PostgresError.self) {
                try await client.query(PostgresStatement("SELECT pg_sleep(600)"), timeout: .milliseconds(50))
            }
            #expect(error?.code == .timeout)
            #expect(error?.message.contains("0.05 seconds") == true, "\(error?.message ?? "")")
            #expect(error?.outcomeIsUnknown == false)
            try await client.expect(process, "SELECT pg_backend_pid()")
        }
    }

    @Test func theConfigurationsTimeoutHoldsWhereTheCallSaysNothing() async throws {
        try await withClient(configure: { $0.statementTimeout = .milliseconds(50) }) { client in
            let error = await #expect(throws: PostgresError.self) {
                try await client.query(PostgresStatement("SELECT pg_sleep(600)"))
            }
            #expect(error?.code == .timeout)
            let result = try await client.query(PostgresStatement("SELECT pg_sleep(0.2)"), timeout: .seconds(300))
            #expect(result.count == 1)
        }
    }

    @Test func aTimeoutInATransactionRollsItBack() async throws {
        try await withClient(configure: { $0.maximumConnections = 1 }) { client in
            let error = await #expect(throws: PostgresError.self) {
                try await client.withTransaction { transaction in
                    try await transaction.query(PostgresStatement("CREATE TEMPORARY TABLE t (a bigint)"))
                    try await transaction.query(PostgresStatement("SELECT pg_sleep(600)"), timeout: .milliseconds(20))
                }
            }
            #expect(error?.code == .timeout)
            try await client.expect(nil as String?, "SELECT to_regclass('t')::text")
        }
    }

    /// The cancel request comes when the statement is over or about to be, as often as not: whoever has the connection
    /// next must never feel it.
    @Test func aCancelRequestNeverHitsTheNextCaller() async throws {
        try await withClient(configure: { $0.maximumConnections = 2 }) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        for round in 0..<60 {
                            let victim = Task {
                                try await client.query(PostgresStatement("SELECT pg_sleep(0.002)"))
                            }
                            try await Task.sleep(for: .microseconds(500 * (round % 8)))
                            victim.cancel()
                            // Long enough to be hit by a request that comes late.
                            try await client.expect(worker, "SELECT $1 FROM pg_sleep(0.003)", worker)
                            if case .failure(let error as PostgresError) = await victim.result {
                                #expect(error.code == .cancelled)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aCancelRequestNeverHitsTheNextCallerOfASharedConnection() async throws {
        try await withConnection { connection in
            for round in 0..<100 {
                let victim = Task { try await connection.query(PostgresStatement("SELECT pg_sleep(0.002)")) }
                try await Task.sleep(for: .microseconds(500 * (round % 8)))
                victim.cancel()
                try await connection.expect(round, "SELECT $1 FROM pg_sleep(0.003)", round)
                _ = await victim.result
            }
        }
    }

    @Test func whereOthersShareTheConnectionTheCancelledCallerIsLetGo() async throws {
        try await withConnection { connection in
            try await withLockHeld { key, release in
                let victim = Task {
                    try await connection.query(PostgresStatement("SELECT pg_advisory_xact_lock($1)", key))
                }
                try await waitUntil { try await isRunning(connection.processID, "pg_advisory_xact_lock") }
                let behind = Task { try await connection.value(Int.self, "SELECT 7") }
                try await waitUntil { connection.requestsUnderWay >= 2 }
                victim.cancel()
                let error = await #expect(throws: PostgresError.self) { try await victim.value }
                #expect(error?.code == .cancelled)
                #expect(error?.outcomeIsUnknown == true)
                try await release()
                #expect(try await behind.value == 7)
            }
        }
    }

    @Test func whoWaitsBehindACancelRequestCanBeCancelledToo() async throws {
        try await withConnection { connection in
            let tasks = (0..<20).map { _ in
                Task { try await connection.query(PostgresStatement("SELECT pg_sleep(600)")) }
            }
            for task in tasks { task.cancel() }
            for task in tasks {
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .cancelled)
            }
        }
    }

    @Test func anErrorOfTheStatementsOwnIsNotTakenForTheCancellation() async throws {
        try await withConnection { connection in
            try await connection.loadPLpgSQL()
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(
                    PostgresStatement(
                        """
                        DO $$ BEGIN PERFORM pg_sleep(600);
                        EXCEPTION WHEN query_canceled THEN RAISE EXCEPTION 'mine'; END $$
                        """,
                        prepared: false
                    ),
                    timeout: .seconds(2)
                )
            }
            #expect(error?.code == .queryFailed)
            #expect(error?.message == "mine")
        }
    }

    @Test func statementsThatFinishInSpiteOfTheCancellationReturnTheirResults() async throws {
        try await withConnection { connection in
            try await connection.loadPLpgSQL()
            let result = try await connection.query(
                PostgresStatement(
                    """
                    DO $$ BEGIN PERFORM pg_sleep(600); EXCEPTION WHEN query_canceled THEN NULL; END $$
                    """,
                    prepared: false
                ),
                timeout: .seconds(2)
            )
            #expect(result.isEmpty)
            try await connection.expect(1 as Int, "SELECT 1")
        }
    }

    @Test func aServerThatDoesNotAnswerTheCancelRequestCostsTheConnection() async throws {
        let proxy = try await TestProxy.start(to: TestDatabase.address())
        defer { proxy.stop() }
        try await withClient(
            TestDatabase.configuration(host: "127.0.0.1", port: proxy.port),
            configure: {
                $0.maximumConnections = 1
                $0.cancellationTimeout = .seconds(1)
                // What is begun in the silence is given up after that.
                $0.connectTimeout = .seconds(10)
            }
        ) { client in
            let process = try await client.value(Int32.self, "SELECT pg_backend_pid()")
            proxy.isSilent = true
            let error = await #expect(throws: PostgresError.self) {
                try await client.query(PostgresStatement("SELECT 1"), timeout: .milliseconds(50))
            }
            #expect(error?.code == .timeout)
            #expect(error?.outcomeIsUnknown == true)
            proxy.isSilent = false
            // Over another connection: the old one must not come back.
            let next = try await client.value(Int32.self, "SELECT pg_backend_pid()")
            #expect(next != process)
        }
    }

    @Test func aCancelRequestThatMayComeLateCostsTheConnection() async throws {
        let proxy = try await TestProxy.start(to: TestDatabase.address())
        defer { proxy.stop() }
        var configuration = try TestDatabase.configuration {
            $0.host = "127.0.0.1"
            $0.port = Int(proxy.port)
            $0.queryItems = ($0.queryItems ?? []) + [URLQueryItem(name: "keepalives_idle", value: "1")]
        }
        configuration.cancellationTimeout = .seconds(60)
        try await withConnection(configuration: configuration) { connection in
            let task = Task { try await connection.query(PostgresStatement("SELECT pg_sleep(600)")) }
            try await waitUntil { try await isRunning(connection.processID, "pg_sleep(600)") }
            proxy.isSilent = true
            task.cancel()
            try await waitUntil { proxy.accepted >= 2 }
            // By then the system could have given up on the request's connection, which libpq would not tell.
            try await Task.sleep(for: .seconds(2))
            proxy.isSilent = false
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.outcomeIsUnknown == false)
            let end = await connection.untilClosed()
            #expect(end.code == .connectionLost)
            #expect(end.message.contains("may come late"), "\(end.message)")
        }
    }

    @Test func aTransactionIsNotHeldUpByANetworkThatGoesSilent() async throws {
        let proxy = try await TestProxy.start(to: TestDatabase.address())
        defer { proxy.stop() }
        try await withClient(
            TestDatabase.configuration(host: "127.0.0.1", port: proxy.port),
            configure: {
                // Time enough for the beginning; the end is waited for as long.
                $0.statementTimeout = .seconds(10)
                $0.cancellationTimeout = .seconds(1)
            }
        ) { client in
            let error = await #expect(throws: PostgresError.self) {
                try await client.withTransaction { transaction in
                    try await transaction.query(PostgresStatement("SELECT 1"), timeout: .seconds(300))
                    proxy.isSilent = true
                }
            }
            #expect(error?.code == .commitFailed)
            #expect(error?.outcomeIsUnknown == true)
        }
    }
}

extension PostgresConnection {
    /// Has the server do beforehand what it does for the first block: the next one soon sleeps where it is to be cancelled.
    fileprivate func loadPLpgSQL() async throws {
        try await query(
            PostgresStatement(
                "DO $$ BEGIN PERFORM pg_sleep(0); EXCEPTION WHEN query_canceled THEN NULL; END $$",
                prepared: false
            )
        )
    }
}

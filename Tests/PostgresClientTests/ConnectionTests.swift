import Foundation
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(15))) struct ConnectionTests {
    @Test func aStatementReturnsItsRow() async throws {
        try await withConnection { connection in
            let result = try await connection.query(
                PostgresStatement("SELECT $1 + 1 AS next, $2 AS name, $3 AS gone", 41, "ada", String?.none)
            )
            #expect(result.count == 1)
            #expect(result.columnNames == ["next", "name", "gone"])
            #expect(result.affectedRows == 1)
            let row = try #require(result.first)
            #expect(try row.decode(Int.self, 0) == 42)
            #expect(try row.decode(String.self, "name") == "ada")
            #expect(try row.decode(String?.self, "gone") == nil)
            #expect(try row.decode((Int, String, String?).self) == (42, "ada", nil))
        }
    }

    @Test func statementsOfOneCallAreOneTransaction() async throws {
        try await withConnection { connection in
            try await connection.execute([PostgresStatement("CREATE TEMPORARY TABLE t (a bigint PRIMARY KEY)")])
            let error = await #expect(throws: PostgresError.self) {
                try await connection.execute([
                    PostgresStatement("INSERT INTO t VALUES ($1)", 1),
                    PostgresStatement("INSERT INTO t VALUES ($1)", 1),
                    PostgresStatement("INSERT INTO t VALUES ($1)", 2),
                ])
            }
            #expect(error?.code == .queryFailed)
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.constraintName == "t_pkey")
            #expect(error?.outcomeIsUnknown == false)
            try await connection.expect(0 as Int, "SELECT count(*) FROM t")
        }
    }

    @Test func callersShareRoundTripsAndErrorsStayWithTheirOwner() async throws {
        try await withConnection { connection in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        if number.isMultiple(of: 7) {
                            let error = await #expect(throws: PostgresError.self) {
                                try await connection.execute([
                                    PostgresStatement("SELECT $1", number), PostgresStatement("SELECT 1 / $1", 0),
                                    PostgresStatement("SELECT 1 + $1", number),
                                ])
                            }
                            #expect(error?.sqlState == SQLState(rawValue: "22012"))
                        } else {
                            let results = try await connection.execute([
                                PostgresStatement("SELECT $1", number), PostgresStatement("SELECT 1 + $1", number),
                            ])
                            #expect(try results.map { try $0[0].decode(Int.self, 0) } == [number, number + 1])
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aStatementFromMidPipelineOnIsPreparedOnce() async throws {
        try await withConnection { connection in
            for number in 0..<5 { try await connection.expect(number, "SELECT $1", number) }
            try await connection.expect(
                1 as Int,
                "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1'"
            )
            let once = PostgresStatement("SELECT 'once'", prepared: false)
            try await connection.query(once)
            try await connection.expect(
                0 as Int,
                "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1",
                "SELECT 'once'"
            )
        }
    }

    @Test func theServerKeepsNoMoreStatementsThanAllowed() async throws {
        var configuration = try TestDatabase.configuration()
        configuration.preparedStatementCapacity = 4
        try await withConnection(configuration: configuration) { connection in
            for number in 0..<40 { try await connection.expect(number, "SELECT $1 + \(number % 10) * 0", number) }
            let count = try await connection.query(
                PostgresStatement("SELECT count(*) FROM pg_prepared_statements", prepared: false)
            )
            let kept = try #require(count.first).decode(Int.self, 0)
            #expect((1...4).contains(kept))
        }
    }

    @Test func aTableThatChangesUnderAPreparedStatementHurtsOnceAtMost() async throws {
        try await withConnection { connection in
            try await connection.execute([
                PostgresStatement("CREATE TEMPORARY TABLE t (a bigint)"), PostgresStatement("INSERT INTO t VALUES (1)"),
            ])
            let select = PostgresStatement("SELECT * FROM t")
            try await connection.query(select)
            try await connection.query(PostgresStatement("ALTER TABLE t ADD COLUMN b bigint DEFAULT 2"))
            let error = await #expect(throws: PostgresError.self) { try await connection.query(select) }
            #expect(error?.isRetryable == true)
            let row = try #require(try await connection.query(select).first)
            #expect(try row.decode((Int, Int).self) == (1, 2))
        }
    }

    @Test func statementsThatTheServerForgotHurtOnceAtMost() async throws {
        try await withConnection { connection in
            try await connection.expect(7 as Int, "SELECT $1", 7)
            try await connection.query(PostgresStatement("DEALLOCATE ALL", prepared: false))
            let error = await #expect(throws: PostgresError.self) {
                try await connection.value(Int.self, "SELECT $1", 7)
            }
            #expect(error?.sqlState == .invalidStatementName)
            #expect(error?.isRetryable == true)
            try await connection.expect(7 as Int, "SELECT $1", 7)
        }
    }

    @Test func aViolationAtTheEndOfTheTransactionIsTheCallersError() async throws {
        try await withConnection { connection in
            try await connection.query(
                PostgresStatement("CREATE TEMPORARY TABLE t (a bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            )
            // Neighbours in the pipeline, which must get their own answers.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let error = await #expect(throws: PostgresError.self) {
                            try await connection.query(
                                PostgresStatement("INSERT INTO t SELECT 1 FROM generate_series(1, 2)")
                            )
                        }
                        #expect(error?.sqlState == .uniqueViolation)
                    }
                    group.addTask { try await connection.expect(number, "SELECT $1", number) }
                }
                try await group.waitForAll()
            }
            try await connection.expect(0 as Int, "SELECT count(*) FROM t")
        }
    }

    @Test func megabytesGoBothWaysAtOnce() async throws {
        let text = String(repeating: "0123456789abcdef", count: 1 << 17)
        try await withConnection { connection in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        let results = try await connection.execute([
                            PostgresStatement("SELECT $1 || $2", text, "\(number)"),
                            PostgresStatement("SELECT repeat($1, 2)", text),
                        ])
                        #expect(try results[0][0].decode(String.self, 0) == text + "\(number)")
                        #expect(try results[1][0].decode(String.self, 0).utf8.count == 2 * text.utf8.count)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aHundredThousandRowsArrive() async throws {
        try await withConnection { connection in
            let result = try await connection.query(
                PostgresStatement("SELECT n, 'row ' || n FROM generate_series(1, $1) AS n", 100_000)
            )
            #expect(result.count == 100_000)
            var sum = 0
            for row in result { sum += try row.decode((Int, String).self).0 }
            #expect(sum == 100_000 * 100_001 / 2)
        }
    }

    @Test func anEmptyStatementAndNoStatementsAreHarmless() async throws {
        try await withConnection { connection in
            let results = try await connection.execute([])
            #expect(results.isEmpty)
            let result = try await connection.query(PostgresStatement(""))
            #expect(result.isEmpty)
        }
    }

    @Test func copyEndsTheConnectionWithAClearError() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(PostgresStatement("COPY (SELECT 1) TO STDOUT"))
            }
            #expect(error?.message.contains("COPY") == true, "\(String(describing: error))")
        }
    }

    @Test func severalCommandsInOneStatementAreRefused() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(PostgresStatement("SELECT 1; SELECT 2"))
            }
            #expect(error?.sqlState == .syntaxError)
        }
    }

    @Test func sessionSettingsApply() async throws {
        var configuration = try TestDatabase.configuration()
        configuration.sessionSettings = ["enable_seqscan": "off", "search_path": "pg_temp, \"odd name\""]
        configuration.applicationName = "baton tests"
        try await withConnection(configuration: configuration) { connection in
            try await connection.expect("off", "SELECT current_setting('enable_seqscan')")
            try await connection.expect("pg_temp, \"odd name\"", "SELECT current_setting('search_path')")
            try await connection.expect("baton tests", "SELECT current_setting('application_name')")
            try await connection.expect("UTF8", "SELECT current_setting('client_encoding')")
        }
    }

    // MARK: Cancellation

    @Test func aCancelledCallerLeavesTheConnectionInOrder() async throws {
        try await withConnection { connection in
            try await withLockHeld { key, release in
                let task = Task {
                    try await connection.execute([
                        PostgresStatement("SELECT pg_advisory_xact_lock($1)", key),
                        PostgresStatement("SELECT 'not for you'"),
                    ])
                }
                try await waitUntil { try await isRunning(connection.processID, "pg_advisory_xact_lock") }
                task.cancel()
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                #expect(error?.outcomeIsUnknown == false)
                try await release()
                try await connection.expect("for you", "SELECT 'for you'")
            }
        }
    }

    @Test func aTaskThatIsAlreadyCancelledSendsNothing() async throws {
        try await withConnection { connection in
            try await connection.query(PostgresStatement("CREATE TEMPORARY TABLE t (a bigint)"))
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await connection.query(PostgresStatement("INSERT INTO t VALUES (1)"))
            }
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.outcomeIsUnknown == false)
            try await connection.expect(0 as Int, "SELECT count(*) FROM t")
        }
    }

    // MARK: The end

    @Test func aConnectionKilledInTheMiddleLeavesTheOutcomeUnknown() async throws {
        try await withConnection { connection in
            let task = Task { try await connection.query(PostgresStatement("SELECT pg_sleep(600)")) }
            try await waitUntil { try await isRunning(connection.processID, "pg_sleep(600)") }
            let behind = Task { try await connection.query(PostgresStatement("SELECT 1")) }
            try await waitUntil { connection.requestsUnderWay >= 2 }
            try await terminate(connection.processID)
            for task in [task, behind] {
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .connectionLost)
                #expect(error?.sqlState == .adminShutdown)
                #expect(error?.outcomeIsUnknown == true)
                #expect(error?.isRetryable == true)
            }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(PostgresStatement("SELECT 1"))
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.outcomeIsUnknown == false)
        }
    }

    @Test func closingFailsWhatIsUnderWay() async throws {
        try await withConnection { connection in
            let task = Task { try await connection.query(PostgresStatement("SELECT pg_sleep(600)")) }
            try await waitUntil { try await isRunning(connection.processID, "pg_sleep(600)") }
            await connection.close()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .connectionClosed)
            #expect(error?.outcomeIsUnknown == true)
            // The server notices a client that has gone only when it next writes to it.
            try await terminate(connection.processID)
        }
    }

    @Test func aConnectionThatIsLetGoIsClosed() async throws {
        let processID: Int32
        do {
            let connection = try await PostgresConnection.connect(TestDatabase.configuration())
            processID = connection.processID
            #expect(try await exists(processID))
        }
        try await waitUntil { try await !exists(processID) }
    }
}

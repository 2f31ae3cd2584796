import PostgresClient
import Testing

// A COPY has the connection for itself, so on a shared one it must wait for others, and they for it.
@Suite(.timeLimit(.minutes(15))) struct CopyTurnTests {
    private static let table = PostgresStatement("CREATE TEMPORARY TABLE \"T\" (a bigint, b text)")

    private func rows(_ count: Int) -> [PostgresParameters] {
        (0..<count).map { PostgresParameters(Int64($0), "row") }
    }

    @Test func itWaitsForTheEndOfAnotherCallersCancellation() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            for _ in 0..<10 {
                let victim = Task { try await connection.query(PostgresStatement("SELECT pg_sleep(600)")) }
                try await waitUntil { try await isRunning(connection.processID, "pg_sleep(600)") }
                victim.cancel()
                // The cancel request is on its way now, and must not hit what comes next.
                let count = try await connection.copy(into: "T", columns: ["a", "b"], rows: self.rows(3))
                #expect(count == 3)
                let error = await #expect(throws: PostgresError.self) { try await victim.value }
                #expect(error?.code == .cancelled)
            }
            try await connection.expect(30 as Int, "SELECT count(*) FROM \"T\"")
        }
    }

    @Test func severalTakeTurns() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let rows = self.rows(1000)
            let copies = (0..<10).map { _ in
                Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: rows) }
            }
            let others = (0..<10).map { number in Task { try await connection.value(Int.self, "SELECT $1", number) } }
            for copy in copies { #expect(try await copy.value == 1000) }
            for (number, other) in others.enumerated() { #expect(try await other.value == number) }
            try await connection.expect(10_000 as Int, "SELECT count(*) FROM \"T\"")
        }
    }

    @Test func oneThatWaitsForItsTurnCanBeCancelled() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let (rows, continuation) = AsyncStream.makeStream(of: PostgresParameters.self)
            let first = Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: rows) }
            try await waitUntil { try await isRunning(connection.processID, "COPY") }
            let waiting = self.rows(5)
            let second = Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: waiting) }
            let third = Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: waiting) }
            try await waitUntil { connection.requestsUnderWay >= 3 }
            second.cancel()
            // While the first one still has the connection.
            let error = await #expect(throws: PostgresError.self) { try await second.value }
            #expect(error?.code == .cancelled)
            #expect(error?.outcomeIsUnknown == false)
            continuation.yield(PostgresParameters(1 as Int64, "one"))
            continuation.finish()
            #expect(try await first.value == 1)
            #expect(try await third.value == 5)
            try await connection.expect(6 as Int, "SELECT count(*) FROM \"T\"")
            #expect(connection.requestsUnderWay == 0)
        }
    }

    @Test func oneThatWaitsForStatementsCanBeCancelled() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            try await withLockHeld { key, release in
                let before = Task {
                    try await connection.query(PostgresStatement("SELECT pg_advisory_xact_lock($1)", key))
                }
                try await waitUntil { try await isRunning(connection.processID, "pg_advisory_xact_lock") }
                let rows = self.rows(5)
                let copy = Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: rows) }
                try await waitUntil { connection.requestsUnderWay >= 2 }
                let behind = Task { try await connection.value(Int.self, "SELECT count(*) FROM \"T\"") }
                try await waitUntil { connection.requestsUnderWay >= 3 }
                copy.cancel()
                let error = await #expect(throws: PostgresError.self) { try await copy.value }
                #expect(error?.code == .cancelled)
                try await release()
                _ = try await before.value
                #expect(try await behind.value == 0)
            }
        }
    }

    @Test func oneThatWaitsForItsTurnIsToldOfTheLoss() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let (rows, continuation) = AsyncStream.makeStream(of: PostgresParameters.self)
            let first = Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: rows) }
            try await waitUntil { try await isRunning(connection.processID, "COPY") }
            let waiting = self.rows(5)
            let second = Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: waiting) }
            try await waitUntil { connection.requestsUnderWay >= 2 }
            try await terminate(connection.processID)
            let error = await #expect(throws: PostgresError.self) { try await second.value }
            #expect(error?.code == .connectionLost)
            #expect(error?.outcomeIsUnknown == false)
            continuation.finish()
            _ = await #expect(throws: PostgresError.self) { try await first.value }
        }
    }
}

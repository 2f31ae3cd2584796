import Foundation
import Locking
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(15))) struct CopyTests {
    private struct Failure: Error, Equatable {}

    /// Rows as they come from somewhere else, with a failure after some of them if wanted.
    private struct Rows: AsyncSequence, AsyncIteratorProtocol {
        let count: Int
        var limit = Int.max
        var number = 0

        func makeAsyncIterator() -> Rows { self }

        mutating func next() async throws -> PostgresParameters? {
            if self.number == self.limit { throw CopyTests.Failure() }
            self.number += 1
            guard self.number <= self.count else { return nil }
            return PostgresParameters(Int64(self.number), self.number % 2 == 0 ? "row \(self.number)" : nil)
        }
    }

    private func rows(_ count: Int, failingAfter limit: Int = .max) -> Rows {
        Rows(count: count, limit: limit)
    }

    private static let table = PostgresStatement("CREATE TEMPORARY TABLE \"T\" (a bigint PRIMARY KEY, b text)")

    @Test func rowsArrive() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let count = try await connection.copy(into: "T", columns: ["a", "b"], rows: self.rows(100_000))
            #expect(count == 100_000)
            try await connection.expect(100_000 as Int, "SELECT count(*) FROM \"T\"")
            try await connection.expect(50_000 as Int, "SELECT count(*) FROM \"T\" WHERE b = 'row ' || a")
            try await connection.expect(50_000 as Int, "SELECT count(*) FROM \"T\" WHERE b IS NULL")
        }
    }

    @Test func rowsOfAnArrayArrive() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let rows = (0..<10_000).map { PostgresParameters(Int64($0), "row") }
            #expect(try await connection.copy(into: "T", columns: ["a", "b"], rows: rows) == 10_000)
            try await connection.expect(10_000 as Int, "SELECT count(*) FROM \"T\"")
        }
    }

    @Test func noRowsAreNoError() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            #expect(try await connection.copy(into: "T", columns: ["a", "b"], rows: self.rows(0)) == 0)
        }
    }

    @Test func csvArrivesInPiecesOfAnySize() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let text = (1...1000).map { "\($0),\"row, \($0)\"\n" }.joined()
            let (data, continuation) = AsyncStream.makeStream(of: [UInt8].self)
            for start in stride(from: 0, to: text.utf8.count, by: 7) {
                continuation.yield(Array(text.utf8.dropFirst(start).prefix(7)))
            }
            continuation.finish()
            let count = try await connection.copy("COPY \"T\" FROM STDIN WITH (FORMAT csv)", data: data)
            #expect(count == 1000)
            try await connection.expect("row, 1000", "SELECT b FROM \"T\" WHERE a = 1000")
        }
    }

    @Test func aPieceCanBeLarge() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let text = (1...300_000).map { "\($0),row\n" }.joined()
            let (data, continuation) = AsyncStream.makeStream(of: [UInt8].self)
            continuation.yield(Array(text.utf8))
            continuation.finish()
            #expect(try await connection.copy("COPY \"T\" FROM STDIN WITH (FORMAT csv)", data: data) == 300_000)
            try await connection.expect(300_000 as Int, "SELECT count(*) FROM \"T\" WHERE b = 'row'")
        }
    }

    @Test func anErrorOfTheSequenceRollsBack() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            await #expect(throws: Failure()) {
                try await connection.copy(into: "T", columns: ["a", "b"], rows: self.rows(.max, failingAfter: 50_000))
            }
            try await connection.expect(0 as Int, "SELECT count(*) FROM \"T\"")
        }
    }

    @Test func anErrorOfTheServerRollsBackAndIsTold() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            try await connection.query(PostgresStatement("INSERT INTO \"T\" VALUES (3)"))
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copy(into: "T", columns: ["a", "b"], rows: self.rows(.max))
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.constraintName == "T_pkey")
            try await connection.expect(1 as Int, "SELECT count(*) FROM \"T\"")
        }
    }

    /// The server throws away what follows an error: nobody has to come up with it.
    @Test func anErrorAtTheBeginningEndsALongCopy() async throws {
        let (count, pulled) = (1_000_000, Locked(0))
        let text = String(repeating: "x", count: 100)
        let rows = (1...count).lazy.map { number in
            pulled.withLock { $0 += 1 }
            return PostgresParameters(Int64(number), text)
        }
        try await withConnection { connection in
            try await connection.query(
                PostgresStatement("CREATE TEMPORARY TABLE t (a bigint CHECK (a <> 10), b text)", prepared: false)
            )
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copy(into: "t", columns: ["a", "b"], rows: rows)
            }
            #expect(error?.code == .queryFailed)
            #expect(error?.sqlState == SQLState(rawValue: "23514"))
            // What both systems' buffers hold by then is some tens of thousands of rows.
            let taken = pulled.withLock { $0 }
            #expect(taken < count / 2, "\(taken) of \(count) rows were asked for")
            try await connection.expect(0 as Int, "SELECT count(*) FROM t")
        }
    }

    @Test func aTableThatIsNotThereIsAnError() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copy(into: "no_such_table", columns: ["a", "b"], rows: self.rows(1))
            }
            #expect(error?.sqlState == SQLState(rawValue: "42P01"))
            try await connection.expect(1 as Int, "SELECT 1")
        }
    }

    @Test(arguments: ["SELECT 1", "COPY (SELECT 1) TO STDOUT", "CREATE TEMPORARY TABLE u (a bigint)"])
    func whatIsNoCopyInIsAnError(sql: String) async throws {
        try await withConnection { connection in
            _ = await #expect(throws: PostgresError.self) {
                try await connection.copy(sql, data: AsyncStream<[UInt8]> { nil })
            }
        }
    }

    @Test func aRowOfAnotherWidthIsRefused() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copy(into: "T", columns: ["a"], rows: self.rows(1))
            }
            #expect(error?.code == .invalidStatement)
            try await connection.expect(0 as Int, "SELECT count(*) FROM \"T\"")
        }
    }

    @Test func aTaskThatIsCancelledRollsBack() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let (rows, continuation) = AsyncStream.makeStream(of: PostgresParameters.self)
            for number in 0..<10_000 { continuation.yield(PostgresParameters(Int64(number), "text")) }
            let task = Task {
                try await connection.copy(into: "T", columns: ["a", "b"], rows: rows)
            }
            try await waitUntil { try await isRunning(connection.processID, "COPY") }
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            try await connection.expect(0 as Int, "SELECT count(*) FROM \"T\"")
        }
    }

    @Test func aCopyThatWaitsForALockCanBeCancelled() async throws {
        try await withSchema { schema in
            try await withConnection { connection in
                try await connection.query(PostgresStatement("CREATE TABLE \(schema).t (a bigint, b text)"))
                try await withConnection { holder in
                    try await holder.execute([.init("BEGIN"), .init("LOCK TABLE \(schema).t")])
                    let task = Task {
                        try await connection.copy(into: "t", schema: schema, columns: ["a", "b"], rows: self.rows(10))
                    }
                    try await waitUntil { try await isRunning(connection.processID, "COPY") }
                    task.cancel()
                    let error = await #expect(throws: PostgresError.self) { try await task.value }
                    #expect(error?.code == .cancelled)
                }
                try await connection.expect(0 as Int, "SELECT count(*) FROM \(schema).t")
            }
        }
    }

    @Test func othersWaitUntilItIsOver() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let (rows, continuation) = AsyncStream.makeStream(of: PostgresParameters.self)
            let before = (0..<10).map { number in Task { try await connection.value(Int.self, "SELECT $1", number) } }
            let copy = Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: rows) }
            try await waitUntil { try await isRunning(connection.processID, "COPY") }
            let behind = Task { try await connection.value(Int.self, "SELECT count(*) FROM \"T\"") }
            continuation.yield(PostgresParameters(1 as Int64, "one"))
            continuation.finish()
            #expect(try await copy.value == 1)
            #expect(try await behind.value == 1)
            for (number, task) in before.enumerated() { #expect(try await task.value == number) }
        }
    }

    @Test func itIsPartOfATransaction() async throws {
        try await withSchema { schema in
            try await withClient(configure: { $0.maximumConnections = 1 }) { client in
                try await client.query(PostgresStatement("CREATE TABLE \(schema).t (a bigint, b text)"))
                await #expect(throws: Failure()) {
                    try await client.withTransaction { transaction in
                        try await transaction.copy(
                            into: "t",
                            schema: schema,
                            columns: ["a", "b"],
                            rows: self.rows(10)
                        )
                        throw Failure()
                    }
                }
                try await client.expect(0 as Int, "SELECT count(*) FROM \(schema).t")
                try await client.copy(into: "t", schema: schema, columns: ["a", "b"], rows: self.rows(10))
                try await client.expect(10 as Int, "SELECT count(*) FROM \(schema).t")
            }
        }
    }

    @Test func aConnectionThatDiesInTheMiddleIsAnError() async throws {
        try await withConnection { connection in
            try await connection.query(Self.table)
            let (rows, continuation) = AsyncStream.makeStream(of: PostgresParameters.self)
            let copy = Task { try await connection.copy(into: "T", columns: ["a", "b"], rows: rows) }
            try await waitUntil { try await isRunning(connection.processID, "COPY") }
            try await terminate(connection.processID)
            _ = await connection.untilClosed()
            continuation.yield(PostgresParameters(1 as Int64, "one"))
            continuation.finish()
            let error = await #expect(throws: PostgresError.self) { try await copy.value }
            #expect(error?.code == .connectionLost)
            #expect(error?.sqlState == .adminShutdown)
        }
    }
}

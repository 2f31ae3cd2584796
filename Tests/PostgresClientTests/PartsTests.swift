import Locking
import PostgresClient
import Testing

/// Statements of a transaction that are made while earlier ones are on their way.
@Suite(.timeLimit(.minutes(15))) struct PartsTests {
    private struct Failure: Error, Equatable {}

    private func insert(_ numbers: ClosedRange<Int>) -> PostgresStatement {
        PostgresStatement("INSERT INTO part SELECT * FROM unnest($1)", numbers.map { Int64($0) })
    }

    private func withTable(_ body: (PostgresConnection) async throws -> Void) async throws {
        try await withConnection { connection in
            try await connection.query(PostgresStatement("CREATE TEMPORARY TABLE part (number bigint UNIQUE)"))
            try await body(connection)
            // Whatever happened, the connection is as good as before.
            try await connection.expect(1 as Int, "SELECT 1")
        }
    }

    @Test func allPartsAreStored() async throws {
        try await withTable { connection in
            var made = 0
            try await connection.withTransaction { transaction in
                try await transaction.execute {
                    defer { made += 1 }
                    return made < 50 ? [insert(made * 10 + 1...made * 10 + 10)] : nil
                }
                try await transaction.execute { nil }
            }
            try await connection.expect(500 as Int, "SELECT count(*) FROM part")
        }
    }

    @Test func theFirstPartThatFailsSaysWhyAndNothingIsStored() async throws {
        try await withTable { connection in
            var made = 0
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction { transaction in
                    try await transaction.execute {
                        made += 1
                        // The third stores a number again.
                        return [insert(made == 3 ? 10...10 : made * 10...made * 10 + 9)]
                    }
                }
            }
            #expect(error?.sqlState == .uniqueViolation, "and not that the transaction is aborted")
            #expect(made < 10_000, "nothing more is asked for")
            try await connection.expect(0 as Int, "SELECT count(*) FROM part")
        }
    }

    @Test func aPartThatCannotBeMadeRollsBack() async throws {
        try await withTable { connection in
            var made = 0
            await #expect(throws: Failure()) {
                try await connection.withTransaction { transaction in
                    try await transaction.execute {
                        made += 1
                        if made == 20 { throw Failure() }
                        return [insert(made...made)]
                    }
                }
            }
            try await connection.expect(0 as Int, "SELECT count(*) FROM part")
        }
    }

    @Test func theLossOfTheConnectionIsToldAndNothingIsStored() async throws {
        try await withSchema { schema in
            try await withClient { client in
                try await client.query(PostgresStatement("CREATE TABLE \(schema).part (number bigint)"))
                let error = await #expect(throws: PostgresError.self) {
                    try await client.withTransaction { transaction in
                        var made = 0
                        try await transaction.execute {
                            made += 1
                            let end = PostgresStatement("SELECT pg_terminate_backend(pg_backend_pid())")
                            return made == 5
                                ? [end] : [PostgresStatement("INSERT INTO \(schema).part VALUES ($1)", Int64(made))]
                        }
                    }
                }
                #expect(error?.code == .connectionLost)
                try await client.expect(0 as Int, "SELECT count(*) FROM \(schema).part")
            }
        }
    }
}

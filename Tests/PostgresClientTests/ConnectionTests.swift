import Foundation
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
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
            #expect(try await connection.value(Int.self, "SELECT count(*) FROM t") == 0)
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
}

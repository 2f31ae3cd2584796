import Locking
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(15))) struct TransactionParticipantTests {
    private struct Failure: Error, Equatable {}
    private final class Owner {}

    /// Has last words, and notes how the transaction ended.
    private final class Witness: TransactionParticipant {
        private let statements: [PostgresStatement]
        private let isAsked = Locked(0)
        private let noted = Locked<[String]>([])
        private let afterwards: @Sendable () async -> Void

        init(_ statements: [PostgresStatement] = [], afterwards: @escaping @Sendable () async -> Void = {}) {
            self.statements = statements
            self.afterwards = afterwards
        }

        var asked: Int { self.isAsked.withLock { $0 } }
        var endings: [String] { self.noted.withLock { $0 } }

        func lastStatements() async -> [PostgresStatement] {
            self.isAsked.withLock { $0 += 1 }
            return self.statements
        }

        func transactionEnded(_ ending: TransactionEnding) {
            let text =
                switch ending {
                case .committed(let results): "committed with \(results.count)"
                case .rolledBack: "rolled back"
                case .unknown: "unknown"
                }
            self.noted.withLock { $0.append(text) }
        }

        func transactionWasCommitted() async { await self.afterwards() }
    }

    private func insert(_ number: Int, into schema: String) -> PostgresStatement {
        PostgresStatement("INSERT INTO \(schema).t VALUES ($1)", number)
    }

    private func withTable(_ type: String = "bigint", _ body: (PostgresClient, String) async throws -> Void)
        async throws
    {
        try await withSchema { schema in
            try await withClient { client in
                try await client.query(PostgresStatement("CREATE TABLE \(schema).t (a \(type))"))
                try await body(client, schema)
            }
        }
    }

    @Test func lastStatementsAreCommittedWithTheTransaction() async throws {
        try await withTable { client, schema in
            let one = Witness([insert(2, into: schema), insert(3, into: schema)])
            let (none, other) = (Witness(), Witness([PostgresStatement("DELETE FROM \(schema).t WHERE a = 3")]))
            let result = try await client.withTransaction { transaction in
                for witness in [one, none, other, one] {
                    _ = try transaction.participant(of: witness) { witness }
                }
                try await transaction.query(insert(1, into: schema))
                #expect([one, none, other].map(\.asked) == [0, 0, 0])
                return "done"
            }
            #expect(result == "done")
            #expect([one, none, other].map(\.asked) == [1, 1, 1])
            #expect(one.endings == ["committed with 2"])
            #expect(none.endings == ["committed with 0"])
            #expect(other.endings == ["committed with 1"])
            try await client.expect(2 as Int, "SELECT count(*) FROM \(schema).t")
        }
    }

    @Test func theConnectionIsFreeOnceTheCommitIsTold() async throws {
        try await withClient {
            $0.maximumConnections = 1
        } _: { client in
            let answers = Locked(0)
            let witness = Witness {
                guard let result = try? await client.query(PostgresStatement("SELECT 1")), result.count == 1 else {
                    return
                }
                answers.withLock { $0 += 1 }
            }
            try await client.withTransaction { transaction in
                _ = try transaction.participant(of: witness) { witness }
            }
            #expect(answers.withLock { $0 } == 1)
            try? await client.withTransaction { transaction in
                _ = try transaction.participant(of: witness) { witness }
                throw CancellationError()
            }
            #expect(answers.withLock { $0 } == 1, "what was rolled back is not told of")
        }
    }

    @Test func whoJoinsTwiceIsOne() async throws {
        try await withTable { client, _ in
            let (owner, first) = (Owner(), Witness())
            try await client.withTransaction { transaction in
                let joined = try transaction.participant(of: owner) { first }
                let joinedAgain = try transaction.participant(of: owner) { Witness() }
                #expect(joined === first && joinedAgain === first)
            }
            #expect(first.endings == ["committed with 0"])
        }
    }

    @Test func aLastStatementThatFailsRollsBack() async throws {
        try await withTable("bigint UNIQUE") { client, schema in
            let (one, other) = (Witness([insert(1, into: schema)]), Witness([insert(2, into: schema)]))
            let error = await #expect(throws: PostgresError.self) {
                try await client.withConnection { connection in
                    try await connection.withTransaction { transaction in
                        for witness in [one, other] { _ = try transaction.participant(of: witness) { witness } }
                        try await transaction.query(insert(1, into: schema))
                    }
                }
            }
            #expect(error?.code == .commitFailed)
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.outcomeIsUnknown == false)
            #expect(one.endings == ["rolled back"])
            #expect(other.endings == ["rolled back"])
            try await client.expect(0 as Int, "SELECT count(*) FROM \(schema).t")
        }
    }

    /// The connection is left fit for use, also one that no pool takes back.
    @Test func theConnectionGoesOnAfterALastStatementHasFailed() async throws {
        try await withTable("bigint UNIQUE") { client, schema in
            try await client.withConnection { connection in
                let witness = Witness([PostgresStatement("SELECT 1 / 0")])
                await #expect(throws: PostgresError.self) {
                    try await connection.withTransaction { transaction in
                        _ = try transaction.participant(of: witness) { witness }
                    }
                }
                try await connection.query(insert(1, into: schema))
            }
            try await client.expect(1 as Int, "SELECT count(*) FROM \(schema).t")
        }
    }

    @Test func aBodyThatThrowsHasNoLastWords() async throws {
        try await withTable { client, schema in
            let witness = Witness([insert(1, into: schema)])
            await #expect(throws: Failure()) {
                try await client.withTransaction { transaction in
                    _ = try transaction.participant(of: witness) { witness }
                    throw Failure()
                }
            }
            #expect(witness.asked == 0)
            #expect(witness.endings == ["rolled back"])
            try await client.expect(0 as Int, "SELECT count(*) FROM \(schema).t")
        }
    }

    @Test func aCommitWithoutAnAnswerLeavesItOpen() async throws {
        try await withClient { client in
            let witness = Witness([PostgresStatement("SELECT pg_terminate_backend(pg_backend_pid())")])
            let error = await #expect(throws: PostgresError.self) {
                try await client.withTransaction { transaction in
                    _ = try transaction.participant(of: witness) { witness }
                }
            }
            #expect(error?.outcomeIsUnknown == true)
            #expect(witness.endings == ["unknown"])
        }
    }

    /// A cancelled task's transaction commits once its body has returned, with its last statements.
    @Test func cancellationDoesNotPartThem() async throws {
        try await withTable { client, schema in
            let witness = Witness([insert(2, into: schema)])
            let task = Task {
                try await client.withTransaction { transaction in
                    _ = try transaction.participant(of: witness) { witness }
                    try await transaction.query(insert(1, into: schema))
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            try await task.value
            #expect(witness.endings == ["committed with 1"])
            try await client.expect(2 as Int, "SELECT count(*) FROM \(schema).t")
        }
    }

    @Test func nobodyJoinsATransactionThatHasEnded() async throws {
        try await withTable { client, _ in
            let ended = try await client.withTransaction { $0 }
            #expect(throws: PostgresError.self) {
                _ = try ended.participant(of: Owner()) { Witness() }
            }
        }
    }
}

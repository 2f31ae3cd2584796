import Testing

@testable import PostgresClient

@Suite struct StatementKeyTests {
    private static let composed = "\u{E9}"
    private static let decomposed = "e\u{301}"
    // Longer than what is hashed of a text.
    private static let end = "' FROM a_table_with_a_long_name"

    private func key(_ sql: String) -> StatementKey {
        StatementKey(sql: sql, types: [])
    }

    /// Where a text lies in memory.
    private func address(_ text: String) -> UInt? {
        text.utf8.withContiguousStorageIfAvailable { UInt(bitPattern: $0.baseAddress) }
    }

    /// To Swift each pair is one text; the server must be asked for what the caller wrote.
    @Test(arguments: [
        ("SELECT '\(composed)'", "SELECT '\(decomposed)'"),
        ("SELECT '\(composed)\(end)", "SELECT '\(decomposed)\(end)"),
        // As many bytes, and the same ones at the end.
        ("SELECT '\(composed)\(decomposed)\(end)", "SELECT '\(decomposed)\(composed)\(end)"),
    ])
    func twoSpellingsOfOneLiteralAreTwoStatements(one: String, other: String) {
        #expect(one == other)
        #expect(self.key(one) != self.key(other))
        var machine = PipelineStateMachine(preparedStatementCapacity: 2_000)
        var requests: UInt64 = 0
        /// What a request of one statement begins with; it is answered.
        func run(_ sql: String) -> PipelineStateMachine.Command? {
            requests += 1
            let request = PipelineStateMachine.RequestID(value: requests)
            let commands = machine.submit([self.key(sql)], as: request)
            for command in commands where command != .sync {
                _ = machine.receive(.success)
                _ = machine.receive(.end)
            }
            #expect(machine.receive(.sync) == .complete(request))
            return commands.first
        }
        #expect(run(one) == .prepare(name: "s1", statement: 0))
        #expect(run(other) == .prepare(name: "s2", statement: 0))
        for number in 3...1_000 {
            #expect(run("SELECT \(number)") == .prepare(name: "s\(number)", statement: 0))
        }
        #expect(run(one) == .executePrepared(name: "s1", statement: 0))
        #expect(run(other) == .executePrepared(name: "s2", statement: 0))
    }

    @Test func textsThatDifferOnlyBeforeTheirEndAreTwoStatements() {
        #expect(self.key("SELECT '1\(Self.end)") != self.key("SELECT '2\(Self.end)"))
    }

    @Test(arguments: [0, 1, 15, 16, 17, 100, 10_000])
    func equalTextsOfDifferentStorageAreOneStatement(length: Int) {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
        let (one, other) = (String(decoding: bytes, as: UTF8.self), String(decoding: bytes, as: UTF8.self))
        // Shorter ones lie in the values themselves.
        if length > 15 { #expect(self.address(one) != self.address(other)) }
        #expect(self.key(one) == self.key(other))
        #expect(self.key(one).hashValue == self.key(other).hashValue)
        var machine = PipelineStateMachine(preparedStatementCapacity: 8)
        let commands = machine.submit([self.key(one), self.key(other)], as: PipelineStateMachine.RequestID(value: 1))
        #expect(
            commands == [
                .prepare(name: "s1", statement: 0), .executePrepared(name: "s1", statement: 0),
                .executePrepared(name: "s1", statement: 1), .sync,
            ]
        )
    }
}

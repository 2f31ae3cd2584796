import Foundation
import PostgresClient
import Testing

/// Values against the server: they come back as they went, and the server means by them what Swift does.
@Suite(.timeLimit(.minutes(15))) struct ValueTests {
    /// Sends values as scalars and arrays, and checks what comes back and how the server renders them.
    private func check<Value: PostgresArrayElement & Equatable>(
        _ values: [Value],
        rendered: (Value) -> String?
    ) async throws {
        try await withConnection { connection in
            for value in values {
                let result = try await connection.query(PostgresStatement("SELECT $1, $1::text", value))
                let (same, text) = try #require(result.first).decode((Value, String).self)
                #expect(same == value)
                if let expected = rendered(value) { #expect(text == expected) }
            }
            try await connection.expect(values as [Value], "SELECT $1", values)
            try await connection.expect([] as [Value], "SELECT $1", [Value]())
            let gaps: [Value?] = [nil] + values.flatMap { [$0, nil] }
            try await connection.expect(gaps as [Value?], "SELECT $1", gaps)
            try await connection.expect([nil] as [Value?], "SELECT $1", [Value?.none])
            try await connection.expect(nil as [Value]?, "SELECT $1", [Value]?.none)
            try await connection.expect(nil as Value?, "SELECT $1", Value?.none)
            // The server finds each element where Swift put it.
            let elements = try await connection.query(
                PostgresStatement("SELECT e FROM unnest($1) WITH ORDINALITY AS u (e, n) ORDER BY n", gaps)
            )
            #expect(try elements.map { try $0.decode(Value?.self, 0) } == gaps)
        }
    }

    @Test func booleans() async throws {
        try await self.check([true, false]) { $0 ? "true" : "false" }
    }

    @Test func integers() async throws {
        try await self.check([Int16.min, -1, 0, 1, .max] + (0..<50).map { _ in .random(in: .min ... .max) }) { "\($0)" }
        try await self.check([Int32.min, -1, 0, 1, .max] + (0..<50).map { _ in .random(in: .min ... .max) }) { "\($0)" }
        try await self.check([Int64.min, -1, 0, 1, .max] + (0..<50).map { _ in .random(in: .min ... .max) }) { "\($0)" }
        try await self.check([Int.min, -1, 0, 1, .max]) { "\($0)" }
    }

    @Test func narrowIntegersCanBeReadAsWiderOnes() async throws {
        try await withConnection { connection in
            try await connection.expect(7 as Int64, "SELECT 7::smallint")
            try await connection.expect(-7 as Int64, "SELECT -7::integer")
            try await connection.expect([1, 2] as [Int], "SELECT ARRAY[1, 2]::integer[]")
            try await connection.expect(1.5 as Double, "SELECT 1.5::real")
        }
    }

    @Test func floatingPointNumbers() async throws {
        let special: [Double] = [0, -0.0, 1.5, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
        try await self.check(special + (0..<50).map { _ in Double.random(in: -1e9...1e9) }) {
            $0.isFinite && abs($0) > 1e-3 && abs($0) < 1e9 && $0 != $0.rounded() ? "\($0)" : nil
        }
        try await self.check([Float(0), 1.5, -.infinity, .greatestFiniteMagnitude]) { _ in nil }
        try await withConnection { connection in
            let value = try await connection.value(Double.self, "SELECT $1", Double.nan)
            #expect(value.isNaN)
        }
    }

    @Test func text() async throws {
        let special = [
            "", " ", "NULL", "null", "{}", "a,b", "\"quoted\"", "\\", "\n\r\t", "žluťoučký", "👩‍👩‍👧‍👦", "\u{10FFFF}",
        ]
        let alphabet: [Character] = Array("ab,{}\"\\' \nčß€👍")
        let random = (0..<50).map { _ in
            String((0..<Int.random(in: 0...300)).compactMap { _ in alphabet.randomElement() })
        }
        try await self.check(special + random) { $0 }
    }

    @Test func bytes() async throws {
        let random: [[UInt8]] = (0..<50).map { _ in
            (0..<Int.random(in: 0...300)).map { _ in UInt8.random(in: .min ... .max) }
        }
        try await self.check([[], [0], [0, 255, 0]] + random) { bytes in
            "\\x" + bytes.map { String(format: "%02x", $0) }.joined()
        }
    }

    @Test func identifiers() async throws {
        try await self.check((0..<50).map { _ in UUID() }) { $0.uuidString.lowercased() }
    }

    @Test func dates() async throws {
        let special = [
            Date(timeIntervalSince1970: 0), Date(timeIntervalSince1970: -0.000001), Date(timeIntervalSince1970: 1.5),
            Date(timeIntervalSinceReferenceDate: .infinity), Date(timeIntervalSinceReferenceDate: -.infinity),
        ]
        // Doubles hold microseconds exactly enough for some centuries around 2001, and then come back unchanged.
        let random = (0..<100).map { _ in
            Date(
                timeIntervalSinceReferenceDate: Double(Int64.random(in: -3_000_000_000_000_000...3_000_000_000_000_000))
                    / 1_000_000
            )
        }
        try await self.check(special) { _ in nil }
        try await withConnection { connection in
            for date in random {
                let same = try await connection.value(Date.self, "SELECT $1", date)
                #expect(abs(same.timeIntervalSince(date)) < 0.000001)
                let epoch = try await connection.value(
                    Double.self,
                    "SELECT extract(epoch FROM $1)::double precision",
                    date
                )
                #expect(abs(epoch - date.timeIntervalSince1970) < 0.000001)
            }
            let text = try await connection.value(
                String.self,
                "SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
                Date(timeIntervalSince1970: 951_782_400.25)
            )
            #expect(text == "2000-02-29 00:00:00.250000")
            let infinite = Date(timeIntervalSinceReferenceDate: .infinity)
            try await connection.expect("infinity" as String, "SELECT $1::text", infinite)
        }
    }

    @Test func documents() async throws {
        try await self.check(
            [#"{}"#, #"[1, null, "a"]"#, #"{"a": {"b": [true, "č\n"]}}"#, "null", "1"].map(PostgresJSON.init)
        ) { $0.text }
        try await withConnection { connection in
            let json = try await connection.value(PostgresJSON.self, #"SELECT '{"b":1,  "a":2}'::json"#)
            #expect(json.text == #"{"b":1,  "a":2}"#)
        }
    }

    @Test func enumerationsNamesAndVarcharsAreText() async throws {
        try await withSchema { schema in
            try await withConnection { connection in
                try await connection.query(PostgresStatement("CREATE TYPE \(schema).mood AS ENUM ('sad', 'happy')"))
                try await connection.expect("happy" as String, "SELECT $1::text::\(schema).mood", "happy")
                try await connection.expect(["sad"] as [String], "SELECT $1::text[]::\(schema).mood[]", ["sad"])
            }
        }
        try await withConnection { connection in
            try await connection.expect("a" as String, "SELECT 'a'::varchar(3)")
            try await connection.expect("a" as String, "SELECT 'a'::name")
            try await connection.expect("a" as String, "SELECT 'a'")
        }
    }

    @Test func thousandsOfElementsGoBothWays() async throws {
        let identifiers = (0..<5000).map { _ in UUID() }
        let documents = (0..<5000).map { $0.isMultiple(of: 3) ? nil : PostgresJSON("{\"n\": \($0)}") }
        try await withConnection { connection in
            let result = try await connection.query(
                PostgresStatement("SELECT * FROM unnest($1, $2) AS rows (id, document)", identifiers, documents)
            )
            #expect(try result.map { try $0.decode(UUID.self, "id") } == identifiers)
            #expect(try result.map { try $0.decode(PostgresJSON?.self, "document") } == documents)
        }
    }

    @Test(arguments: [
        ("SELECT 1", "expected text, found integer"),
        ("SELECT NULL::text", "NULL"),
        ("SELECT ARRAY['a']", "expected text, found text[]"),
        ("SELECT '{}'::jsonb", "expected text, found jsonb"),
    ])
    func aWrongTypeIsAClearError(sql: String, reason: String) async throws {
        try await withConnection { connection in
            let row = try #require(try await connection.query(PostgresStatement(sql)).first)
            let error = #expect(throws: PostgresError.self) { try row.decode(String.self, 0) }
            #expect(error?.code == .decodingFailed)
            #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        }
    }

    @Test func arraysOfAnotherShapeAreClearErrors() async throws {
        try await withConnection { connection in
            let sql = "SELECT ARRAY[1, NULL]::bigint[], ARRAY[[1], [2]]::bigint[], 'x'::text, '{}'::text[]"
            let row = try #require(try await connection.query(PostgresStatement(sql)).first)
            #expect(throws: PostgresError.self) { try row.decode([Int64].self, 0) }
            #expect(throws: PostgresError.self) { try row.decode([String].self, 0) }
            #expect(throws: PostgresError.self) { try row.decode([Int64].self, 1) }
            #expect(throws: PostgresError.self) { try row.decode([Int64].self, 2) }
            #expect(try row.decode([String].self, 3) == [])
        }
    }

    @Test func aMissingColumnIsAClearError() async throws {
        try await withConnection { connection in
            let row = try #require(try await connection.query(PostgresStatement("SELECT 1 AS a")).first)
            #expect(throws: PostgresError.self) { try row.decode(Int.self, 1) }
            #expect(throws: PostgresError.self) { try row.decode(Int.self, -1) }
            #expect(throws: PostgresError.self) { try row.decode(Int.self, "A") }
            #expect(throws: PostgresError.self) { try row.decode((Int, Int).self) }
        }
    }

    @Test func aNULCharacterInTextIsTheServersError() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(PostgresStatement("SELECT $1", "a\0b"))
            }
            #expect(error?.sqlState == .characterNotInRepertoire)
            try await connection.expect(1 as Int, "SELECT 1")
        }
    }

    @Test func aNULCharacterInSQLIsRefused() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(PostgresStatement("SELECT 1\0; DROP"))
            }
            #expect(error?.code == .invalidStatement)
        }
    }
}

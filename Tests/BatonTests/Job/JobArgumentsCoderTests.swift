import Foundation
import Testing

@testable import Baton

@Suite("Arguments as JSON")
struct JobArgumentsCoderTests {
    @Test("Arguments are an object keyed by parameter name, with dates, data and links in readable form")
    func form() throws {
        let call = Everything(
            address: "ada@example.org/ü",
            at: Date(timeIntervalSince1970: 1_772_357_400.25),
            data: Data([0xFF, 0xFE]),
            nested: [.init(count: 1)]
        )
        let arguments = try JobArgumentsCoder.encode(call)
        #expect(
            arguments.text
                == #"{"address":"ada@example.org/ü","at":"2026-03-01T09:30:00.250Z","data":"//4=","nested":[{"count":1}]}"#
        )
        #expect(try JobArgumentsCoder.decode(Everything.self, from: arguments) == call)
    }

    @Test("A job without arguments is an empty object")
    func empty() throws {
        #expect(try JobArgumentsCoder.encode(NoArguments()) == .emptyObject)
        _ = try JobArgumentsCoder.decode(NoArguments.self, from: JSONText(" {} "))
    }

    @Test("Keys that name no parameter are ignored")
    func unknownKeys() throws {
        let call = try JobArgumentsCoder.decode(Text.self, from: JSONText(#"{"text":"a","later":[1]}"#))
        #expect(call == Text(text: "a"))
    }

    @Test("U+0000 is refused wherever it stands, and the parameter is named")
    func unstorableText() {
        expect(.unstorableText, "“text”") { try JobArgumentsCoder.encode(Text(text: "a\u{0}b")) }
        expect(.unstorableText, "“values”") { try JobArgumentsCoder.encode(Values(values: ["k": ["\u{0}"]])) }
        expect(.unstorableText, "in a key in “values”") {
            try JobArgumentsCoder.encode(Values(values: ["\u{0}": []]))
        }
        expect(.unstorableText, "The result") { try Text.encode(output: "\u{0}") }
    }

    @Test(
        "Text that only looks like an escaped U+0000 is stored",
        arguments: [#"\u0000"#, #"\\u0000"#, "\u{1}", "\"", #"\"#]
    )
    func storableText(text: String) throws {
        let arguments = try JobArgumentsCoder.encode(Text(text: text))
        #expect(try JobArgumentsCoder.decode(Text.self, from: arguments).text == text)
    }

    @Test("Arguments over the limit are refused, and those at the limit are not")
    func tooLarge() throws {
        let call = Text(text: String(repeating: "x", count: 100))
        let size = try JobArgumentsCoder.encode(call).text.utf8.count
        _ = try JobArgumentsCoder.encode(call, maximumBytes: size)
        expect(.argumentsTooLarge, "\(size) bytes") { try JobArgumentsCoder.encode(call, maximumBytes: size - 1) }
        expect(.argumentsTooLarge, "1048576") {
            try JobArgumentsCoder.encode(Text(text: String(repeating: "x", count: 1_048_576)))
        }
    }

    @Test("What has no JSON form is refused, and the parameter is named")
    func notEncodable() {
        expect(.argumentsNotEncodable, "“ratio”") { try JobArgumentsCoder.encode(Ratio(ratio: .nan)) }
        expect(.argumentsNotEncodable, "“when”") {
            try JobArgumentsCoder.encode(When(when: Date(timeIntervalSince1970: 1e12)))
        }
        expect(.argumentsNotEncodable, "JSON object") { try JobArgumentsCoder.encode(NotAnObject()) }
        expect(.outputNotEncodable, "test.ratio") { try Ratio.encode(output: .infinity) }
    }

    @Test(
        "Arguments that do not fit say which parameter, and what was expected",
        arguments: [
            (#"{}"#, "“address” is missing"),
            (#"{"address":1}"#, "“address”: Expected to decode String but found number"),
            (#"{"address":"a","at":"yesterday"}"#, "“at”: Expected an RFC 3339 date"),
            (#"{"address":"a","at":"2026-03-01T09:30:00Z","data":"?"}"#, "“data”"),
            (
                #"{"address":"a","at":"2026-03-01T09:30:00Z","data":"","nested":[{"count":1},{}]}"#,
                "“nested[1].count” is missing"
            ),
            (#"[]"#, "not a JSON object"),
            (#""#, "not a JSON object"),
            (#"{"address""#, "do not fit"),
        ]
    )
    func undecodable(json: String, message: String) {
        expect(.argumentsUndecodable, message) {
            _ = try JobArgumentsCoder.decode(Everything.self, from: JSONText(json))
        }
    }

    private func expect(_ code: JobError.Code, _ message: String, _ body: () throws -> Void) {
        let error = #expect(throws: JobError.self) { try body() }
        #expect(error?.code == code)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    private func expect(_ code: JobError.Code, _ message: String, _ body: () throws -> JSONText?) {
        expect(code, message) { _ = try body() }
    }
}

private struct Everything: Job, Equatable {
    struct Nested: Codable, Equatable { var count: Int }
    static let name = "test.everything"
    var address: String
    var at: Date
    var data: Data
    var nested: [Nested]
    func run(in context: JobContext) {}
}

private struct NoArguments: Job {
    static let name = "test.none"
    func run(in context: JobContext) {}
}

private struct Text: Job, Equatable {
    static let name = "test.text"
    var text: String
    func run(in context: JobContext) -> String { text }
}

private struct Values: Job {
    static let name = "test.values"
    var values: [String: [String]]
    func run(in context: JobContext) {}
}

private struct Ratio: Job {
    static let name = "test.ratio"
    var ratio: Double
    func run(in context: JobContext) -> Double { ratio }
}

private struct When: Job {
    static let name = "test.when"
    var when: Date
    func run(in context: JobContext) {}
}

private struct NotAnObject: Job {
    static let name = "test.array"
    init() {}
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(1)
    }
    func run(in context: JobContext) {}
}

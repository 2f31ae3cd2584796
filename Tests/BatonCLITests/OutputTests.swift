import Baton
import Foundation
import Testing

@testable import BatonCLI

@Suite("Output")
struct OutputTests {
    @Test("What a terminal would obey or hide is written out")
    func terminal() {
        #expect(TerminalText.safe("naïve 中文 👩‍🚀") == "naïve 中文 👩‍🚀")
        #expect(TerminalText.safe("a\u{1B}]0;x\u{7}\r\n\u{7F}\u{85}") == "a\\u{1B}]0;x\\u{7}\\r\\n\\u{7F}\\u{85}")
        #expect(TerminalText.safe("\u{202E}\u{2066}\u{2028}\u{FEFF}") == "\\u{202E}\\u{2066}\\u{2028}\\u{FEFF}")
    }

    @Test("Columns are aligned, and cells stay on their line")
    func table() {
        var table = Table(["NAME", "N", "LAST"], numbers: [1])
        table.add(["a\nb", "7", nil])
        table.add(["long name", "1234", "x"])
        #expect(table.text == "NAME          N  LAST\na\\nb          7  -\nlong name  1234  x\n")
    }

    @Test("A document is JSON whatever it holds, and keeps every digit")
    func document() throws {
        let text = "\u{1B}\"\\\u{9B}\u{202E}\u{E0001}\n"
        let node = JSONNode.object([
            "text": .string(text), "stored": .stored(JSONText(#"{"n": 12345678901234567890.10}"#)),
            "none": .null, "map": .map([("k\"", .bool(true))]), "list": .array([.number(1), .decimal(0.5)]),
        ])
        #expect(!node.text.unicodeScalars.contains(where: TerminalText.isUnsafe))
        #expect(node.text.contains("12345678901234567890.10"))
        struct Document: Decodable {
            var text: String
            var map: [String: Bool]
        }
        let document = try JSONDecoder().decode(Document.self, from: Data(node.text.utf8))
        #expect(document.text == text && document.map == ["k\"": true])
    }
}

import RabbitMQClient

/// Spoils good messages, each in some way that makes it no job, from a seed.
struct MessageFuzzer {
    private var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(number(0...255)) } }

    /// Spoils a message; a header says its number.
    mutating func spoil(_ message: RabbitMQMessage, number: Int) -> RabbitMQMessage {
        var message = message
        message.properties.headers["number"] = .string("\(number)")
        let text = String(decoding: bytes(self.number(1...40)), as: UTF8.self)
        switch self.number(0...19) {
        case 0: message.body = []
        case 1: message.body.removeLast(self.number(1...message.body.count))
        // A byte that no UTF-8 has.
        case 2: message.body = [0xFF] + bytes(self.number(0...200))
        case 3: message.body = Array(repeating: 0x5B, count: self.number(1...100_000))
        case 4: message.body = Array(#"{"text": "\#("\\u0000")"}"#.utf8)
        case 5: message.body = Array(#"{"text": 1e\#(self.number(20_000...99_999_999))}"#.utf8)
        case 6: message.body = Array(#"{"text": \#(self.number(0...9))}"#.utf8)
        case 7: message.body = Array(#"["text"]"#.utf8)
        case 8: message.properties.type = nil
        case 9: message.properties.type = "unknown \(self.number(0...99))"
        case 10: message.properties.messageID = nil
        case 11: message.properties.messageID = String(repeating: "x", count: self.number(129...250))
        case 12: message.properties.contentType = "text/\(self.number(0...9))"
        case 13: message.properties.contentEncoding = "gzip"
        case 14: message.properties.headers["nested"] = nested(self.number(1...25))
        case 15: message.properties.headers["job-run-at"] = .string("on day \(text)")
        case 16: message.properties.headers["job-max-attempts"] = .int64(Int64(self.number(Int.min...0)))
        case 17: message.properties.headers["job-\(self.number(0...9))"] = .bool(true)
        case 18:
            message.properties.headers["large"] = .string(
                String(repeating: text, count: 2_000 / max(1, text.count) * 9)
            )
        default: message.properties.timestamp = UInt64(self.number(0...1_000_000_000))
        }
        return message
    }

    private mutating func nested(_ depth: Int) -> RabbitMQFieldValue {
        var value = RabbitMQFieldValue.bytes([0xFF, 0xFE])
        for _ in 0..<depth { value = number(0...1) == 0 ? .array([value]) : .table(["a": value]) }
        return value
    }
}

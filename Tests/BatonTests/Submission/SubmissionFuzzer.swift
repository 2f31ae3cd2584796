@testable import Baton

/// Messages with all that can be wrong with them, from a seed; some are good.
struct SubmissionFuzzer {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    private mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

    mutating func message() -> SubmittedMessage {
        var message = SubmittedMessage(
            queue: chance(3) ? pick(["", "Mail", "a\0", "no spaces please"]) : "mail",
            exchange: chance(3) ? text() : "baton.submit",
            routingKey: chance(3) ? text() : "mail",
            body: body()
        )
        if chance(5) { message.bodySize += number(1...5_000_000) }
        message.contentType = chance(80) ? "application/json" : pick([nil, "", "application/cloudevents+json", text()])
        message.contentEncoding = chance(90) ? nil : pick(["gzip", "utf-8", text()])
        message.type = chance(85) ? "mail.welcome" : pick([nil, "", text()])
        message.messageID =
            chance(85) ? "m\(number(0...1_000_000))" : pick([nil, "", text(), "0197A3C0-0000-7000-8000-00000000ABCD"])
        message.userID = chance(80) ? nil : text()
        message.timestamp = chance(70) ? nil : pick([0, 1_700_000_000, 1_799_999_999, .max, generator.next()])
        message.priority = chance(70) ? nil : UInt8(number(0...255))
        message.expiration = chance(95) ? nil : text()
        message.correlationID = chance(80) ? nil : text()
        message.replyTo = chance(80) ? nil : text()
        message.appID = chance(80) ? nil : text()
        for _ in 0..<(chance(50) ? 0 : number(1...4)) {
            let name = pick([
                "job-run-at", "job-max-attempts", "job-timeout-ms", "job-expires-at", "traceparent", "tracestate",
                "x-death",
                "job-nonsense", "", text(),
            ])
            message.headers[name] = value()
        }
        return message
    }

    private mutating func value() -> SubmittedValue {
        switch number(0...7) {
        case 0: .bool(chance(50))
        case 1: .integer(pick([0, 1, 3, -1, .max, .min, 1_800_000_000_000]))
        case 2: .number(pick([0, 1.5, .nan, .infinity, -.infinity, 1e300, 1_800_000_000_000, 9.3e18]))
        case 3: .text(text())
        case 4:
            .text(pick(["2027-01-15T08:00:00Z", "2027-13-45T99:99:99Z", "9999-12-31T23:59:59.999999999+23:59", "3"]))
        case 5: .time(pick([0, 1_800_000_000, .max]))
        case 6: .none
        default: .unreadable
        }
    }

    private mutating func text() -> String {
        let scalars = ["a", "ß", "\0", "\u{7F}", "\u{2028}", "💥", "\u{301}", "\"", "\\", "-", "0", "\n", "\u{FFFF}"]
        return (0..<number(0...pick([3, 20, 300]))).map { _ in pick(scalars) }.joined()
    }

    private mutating func body() -> [UInt8] {
        var body = Array(json(depth: number(0...4), isObject: chance(95)).utf8)
        switch number(0...9) {
        case 0 where !body.isEmpty: body.removeLast(number(1...body.count))
        case 1 where !body.isEmpty: body[number(0...body.count - 1)] = UInt8(number(0...255))
        case 2: body = (0..<number(0...60)).map { _ in UInt8(number(0...255)) }
        case 3: body.insert(UInt8(number(0...255)), at: number(0...body.count))
        default: break
        }
        return body
    }

    private mutating func json(depth: Int, isObject: Bool = false) -> String {
        let space = pick(["", " ", "\n\t", "\r"])
        if isObject || depth > 0 && chance(40) {
            let members = (0..<number(0...3)).map { _ in "\(quoted())\(space):\(space)\(json(depth: depth - 1))" }
            return "\(space){\(space)\(members.joined(separator: "\(space),"))\(space)}\(space)"
        }
        if depth > 0, chance(40) {
            return "[\((0..<number(0...3)).map { _ in json(depth: depth - 1) }.joined(separator: ","))\(space)]"
        }
        return switch number(0...5) {
        case 0: pick(["0", "-1", "1.5e3", "1E-7", "01", "1.", "-", "1e", "9e300", "9e99999", "+1", ".5"])
        case 1: pick(["true", "false", "null", "nul", "True", "NaN"])
        default: quoted()
        }
    }

    private mutating func quoted() -> String {
        let parts = [
            "a", "ß", "💥", #"\n"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\ud83d"#, #"\u0000"#, #"\x"#, #"\u12"#, #"\""#,
            "\u{1}", "/",
        ]
        return "\"\((0..<number(0...4)).map { _ in chance(60) ? "b" : pick(parts) }.joined())\""
    }
}

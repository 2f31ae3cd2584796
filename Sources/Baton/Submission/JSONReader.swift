/// Reads JSON strictly, without recursion.
struct JSONReader {
    private let text: [UInt8]
    private var index = 0

    /// Begins at the start of a text.
    ///
    /// - Parameter text: Valid UTF-8.
    init(_ text: [UInt8]) {
        self.text = text
    }

    /// Reads an object, which must be all there is.
    ///
    /// - Returns: Its members.
    /// - Throws: ``SubmissionReject``.
    mutating func readObject() throws(SubmissionReject) -> [JSONObject.Member] {
        skipSpace()
        guard index < text.count else { throw SubmissionReject(.invalidJSON, "There is no JSON at all.") }
        var members: [JSONObject.Member] = []
        let isObject = text[index] == UInt8(ascii: "{")
        try readValue { key, value in if isObject { members.append(.init(key: key, value: value)) } }
        skipSpace()
        guard index == text.count else { throw wrong("the end") }
        guard isObject else { throw SubmissionReject(.notAnObject, "The JSON is no object.") }
        return members
    }

    /// Reads a value, and tells of the members of the outermost object.
    private mutating func readValue(
        _ tell: (String, Range<Int>) -> Void
    ) throws(SubmissionReject) {
        // Whether each container that is open is an object.
        var open: [Bool] = []
        var member: (key: String, start: Int)?
        while true {
            skipSpace()
            if open.count == 1, open[0], let key = member?.key { member = (key, index) }
            switch try current("a value") {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isObject = text[index] == UInt8(ascii: "{")
                index += 1
                guard open.count < JSONObject.maximumDepth else {
                    throw SubmissionReject(
                        .tooLarge,
                        "The JSON lies more than \(JSONObject.maximumDepth) levels deep, at byte \(index)."
                    )
                }
                open.append(isObject)
                skipSpace()
                if try current("a value or the end of the \(isObject ? "object" : "array")") != Self.close(isObject) {
                    if isObject {
                        let key = try readKey()
                        if open.count == 1 { member = (key, index) }
                    }
                    continue
                }
            // Empty: closed below.
            case UInt8(ascii: "\""): _ = try readString()
            case UInt8(ascii: "t"): try skip("true")
            case UInt8(ascii: "f"): try skip("false")
            case UInt8(ascii: "n"): try skip("null")
            default: try skipNumber()
            }
            // A value has ended, or an empty container is about to.
            var isOver = true
            while let isObject = open.last {
                skipSpace()
                let byte = try current("“,” or “\(isObject ? "}" : "]")”")
                if byte == Self.close(isObject) {
                    if open.count == 1, let ended = member {
                        tell(ended.key, ended.start..<endOfValue(before: index))
                        member = nil
                    }
                    index += 1
                    open.removeLast()
                    continue
                }
                guard byte == UInt8(ascii: ",") else { throw wrong("“,” or “\(isObject ? "}" : "]")”") }
                if open.count == 1, let ended = member {
                    tell(ended.key, ended.start..<endOfValue(before: index))
                }
                index += 1
                if isObject {
                    skipSpace()
                    let key = try readKey()
                    if open.count == 1 { member = (key, index) }
                }
                isOver = false
                break
            }
            if isOver { return }
        }
    }

    private static func close(_ isObject: Bool) -> UInt8 { isObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }

    private func endOfValue(before end: Int) -> Int {
        var end = end
        while end > 0, Self.isSpace(text[end - 1]) { end -= 1 }
        return end
    }

    // MARK: Tokens

    private mutating func readKey() throws(SubmissionReject) -> String {
        guard try current("a key") == UInt8(ascii: "\"") else { throw wrong("a key") }
        let range = try readString()
        skipSpace()
        guard try current("“:”") == UInt8(ascii: ":") else { throw wrong("“:”") }
        index += 1
        return Self.unescaped(text[range])
    }

    /// Reads a string.
    ///
    /// - Returns: Where its contents are.
    private mutating func readString() throws(SubmissionReject) -> Range<Int> {
        index += 1
        let start = index
        while true {
            let byte = try current("the end of a string")
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return start..<index - 1
            case UInt8(ascii: "\\"): try skipEscape()
            case 0..<0x20:
                throw SubmissionReject(.invalidJSON, "A string holds a control character at byte \(index).")
            default: index += 1
            }
        }
    }

    private mutating func skipEscape() throws(SubmissionReject) {
        index += 1
        switch try current("an escaped character") {
        case UInt8(ascii: "u"):
            index += 1
            let unit = try readUnit()
            if unit == 0 {
                throw SubmissionReject(
                    .unstorableText,
                    "The text at byte \(index) holds the character U+0000, which PostgreSQL cannot store."
                )
            }
            if (0xDC00..<0xE000).contains(unit) { throw wrong("the first half of a surrogate pair") }
            guard (0xD800..<0xDC00).contains(unit) else { return }
            guard index + 1 < text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
                throw wrong("the second half of a surrogate pair")
            }
            index += 2
            guard (0xDC00..<0xE000).contains(try readUnit()) else { throw wrong("the second half of a surrogate pair") }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 1
        default: throw wrong("an escaped character")
        }
    }

    private mutating func readUnit() throws(SubmissionReject) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Self.hexDigit(try current("four hexadecimal digits")) else {
                throw wrong("four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    private mutating func skipNumber() throws(SubmissionReject) {
        let start = index
        if text[index] == UInt8(ascii: "-") { index += 1 }
        let first = try current("a digit")
        guard Self.isDigit(first) else { throw wrong("a value") }
        index += 1
        if first != UInt8(ascii: "0") { skipDigits() }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            guard Self.isDigit(try current("a digit")) else { throw wrong("a digit") }
            skipDigits()
        }
        if index < text.count, text[index] == UInt8(ascii: "e") || text[index] == UInt8(ascii: "E") {
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            guard Self.isDigit(try current("a digit")) else { throw wrong("a digit") }
            let digits = index
            skipDigits()
            let exponent = text[digits..<index].drop { $0 == UInt8(ascii: "0") }
            let size = exponent.count > 6 ? Int.max : exponent.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            guard size <= JSONObject.maximumExponent else {
                throw SubmissionReject(.tooLarge, "The number at byte \(start) is too large or too small to be stored.")
            }
        }
        guard index - start <= JSONObject.maximumDigits else {
            throw SubmissionReject(
                .tooLarge,
                "The number at byte \(start) has more than \(JSONObject.maximumDigits) characters."
            )
        }
    }

    private mutating func skipDigits() {
        while index < text.count, Self.isDigit(text[index]) { index += 1 }
    }

    private mutating func skip(_ word: StaticString) throws(SubmissionReject) {
        let end = index + word.utf8CodeUnitCount
        let isThere = end <= text.count && word.withUTF8Buffer { text[index..<end].elementsEqual($0) }
        guard isThere else { throw wrong("a value") }
        index = end
    }

    private mutating func skipSpace() {
        while index < text.count, Self.isSpace(text[index]) { index += 1 }
    }

    private func current(_ what: String) throws(SubmissionReject) -> UInt8 {
        guard index < text.count else {
            throw SubmissionReject(.invalidJSON, "The JSON ends at byte \(index), where \(what) was expected.")
        }
        return text[index]
    }

    private func wrong(_ what: String) -> SubmissionReject {
        SubmissionReject(.invalidJSON, "The JSON is wrong at byte \(index), where \(what) was expected.")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The contents of a string that was read, without escapes.
    ///
    /// - Parameter contents: What stands between its quotes.
    /// - Returns: The string.
    static func unescaped(_ contents: ArraySlice<UInt8>) -> String {
        guard contents.contains(UInt8(ascii: "\\")) else { return String(decoding: contents, as: UTF8.self) }
        var units: [UInt16] = []
        var plain = contents.startIndex
        var index = plain
        func flush(_ end: Int) { units += String(decoding: contents[plain..<end], as: UTF8.self).utf16 }
        while index < contents.endIndex {
            guard contents[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            flush(index)
            switch contents[index + 1] {
            case UInt8(ascii: "u"):
                units.append(contents[(index + 2)..<(index + 6)].reduce(0) { $0 << 4 | UInt16(hexDigit($1) ?? 0) })
                index += 4
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "t"): units.append(0x09)
            case let other: units.append(UInt16(other))
            }
            index += 2
            plain = index
        }
        flush(contents.endIndex)
        return String(decoding: units, as: UTF16.self)
    }
}

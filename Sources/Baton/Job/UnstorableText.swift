/// Finds the one character that JSON can hold and PostgreSQL cannot.
enum UnstorableText {
    /// Looks for U+0000 in encoded JSON, where it can only stand as `\u0000` inside a string.
    ///
    /// - Parameter json: JSON as the encoder writes it, without white space between tokens.
    /// - Returns: Where it is, as a phrase (`in “address”`), or `nil` when it is nowhere.
    static func find(in json: String) -> String? {
        var json = json
        return json.withUTF8 { find(in: $0) }
    }

    private static func find(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var parameter: String?
        var depth = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
            case UInt8(ascii: "\""):
                let start = index + 1
                let (end, holdsNUL) = scanString(bytes, from: start)
                let isKey = end + 1 < bytes.count && bytes[end + 1] == UInt8(ascii: ":")
                if depth == 1, isKey, !holdsNUL {
                    parameter = String(decoding: bytes[start..<end], as: UTF8.self)
                }
                if holdsNUL {
                    let place = parameter.map { " in “\($0)”" } ?? ""
                    return isKey ? "in a key\(depth > 1 ? place : "")" : parameter.map { "in “\($0)”" } ?? "in its text"
                }
                index = end
            default:
                break
            }
            index += 1
        }
        return nil
    }

    /// The index of a string's closing quote, and whether an escaped U+0000 comes before it.
    private static func scanString(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (end: Int, holdsNUL: Bool) {
        var index = start
        var holdsNUL = false
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") {
                index += 1
                if index + 4 < bytes.count, bytes[index] == UInt8(ascii: "u"),
                    bytes[(index + 1)...(index + 4)].allSatisfy({ $0 == UInt8(ascii: "0") })
                {
                    holdsNUL = true
                }
            }
            index += 1
        }
        return (index, holdsNUL)
    }
}

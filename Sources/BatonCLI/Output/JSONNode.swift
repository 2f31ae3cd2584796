import Baton
import Foundation

/// A document for other programs, whose keys come in the order in which they are named here.
///
/// Arguments and results are put in as they are stored, so that no number loses a digit.
indirect enum JSONNode {
    case null
    case bool(Bool)
    case number(Int)
    case decimal(Double)
    case string(String)
    case stored(JSONText)
    case array([JSONNode])
    case object(KeyValuePairs<String, JSONNode>)
    /// With keys that are not known beforehand.
    case map([(key: String, value: JSONNode)])

    static func optional(_ text: String?) -> JSONNode { text.map { .string($0) } ?? .null }

    static func optional(_ text: JSONText?) -> JSONNode { text.map { .stored($0) } ?? .null }

    static func date(_ date: Date?) -> JSONNode { optional(date.flatMap(RFC3339.text)) }

    /// The document on one line, without a character that a terminal would obey.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): "\(value)"
        case .decimal(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.quoted(value)
        case .stored(let value): Self.escaped(value.text)
        case .array(let nodes): "[\(nodes.map(\.text).joined(separator: ","))]"
        case .object(let pairs): Self.object(pairs.map { ($0.key, $0.value) })
        case .map(let pairs): Self.object(pairs.map { ($0.key, $0.value) })
        }
    }

    private static func object(_ pairs: [(String, JSONNode)]) -> String {
        "{\(pairs.map { "\(quoted($0.0)):\($0.1.text)" }.joined(separator: ","))}"
    }

    private static func quoted(_ text: String) -> String {
        let plain = text.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#)
        return "\"\(escaped(plain))\""
    }

    /// Characters of that kind stand in strings only.
    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: TerminalText.isUnsafe) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if TerminalText.isUnsafe(scalar) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    escaped += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                }
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

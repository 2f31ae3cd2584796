import Foundation

/// A piece of JSON.
enum JSONValue: Sendable, Hashable, Codable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }

    /// The number at a path such as `drain.median`.
    ///
    /// - Parameter path: Names of members, separated by points.
    /// - Returns: The number; `nil` when there is none.
    func number(at path: String) -> Double? {
        var value = self
        for name in path.split(separator: ".") {
            guard case .object(let members) = value, let member = members[String(name)] else { return nil }
            value = member
        }
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: return nil
        }
    }

    /// The value as one line of text, its members in the order of their names.
    ///
    /// - Returns: The line.
    /// - Throws: Nothing that finite numbers can cause.
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Puts a value at a path such as `start_ms.p50`, making the objects on the way.
    mutating func set(_ value: JSONValue, at path: some Collection<Substring>) {
        guard let name = path.first else {
            self = value
            return
        }
        var members: [String: JSONValue] = [:]
        if case .object(let present) = self { members = present }
        var member = members[String(name)] ?? .null
        member.set(value, at: path.dropFirst())
        members[String(name)] = member
        self = .object(members)
    }
}

/// A piece of JSON.
enum JSONValue: Sendable, Hashable, Encodable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

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

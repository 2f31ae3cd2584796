import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON as a value, to compare arguments by their meaning.
enum JSONValue: Hashable, Decodable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Parses JSON, if it is any.
    ///
    /// - Parameter json: The text.
    init?(_ json: JSONText) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(json.text.utf8)) else { return nil }
        self = value
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Whether a value holds all that this one asks for: of objects it may hold more.
    ///
    /// - Parameter other: The value.
    /// - Returns: Whether it does.
    func isContained(in other: JSONValue) -> Bool {
        switch (self, other) {
        case (.object(let wanted), .object(let given)):
            wanted.allSatisfy { key, value in given[key].map { value.isContained(in: $0) } ?? false }
        case (.array(let wanted), .array(let given)):
            wanted.count == given.count && zip(wanted, given).allSatisfy { $0.isContained(in: $1) }
        default:
            self == other
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as JSON.
    var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .array(let values): "[\(values.map(\.description).joined(separator: ","))]"
        case .object(let values):
            "{\(values.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ","))}"
        }
    }
}

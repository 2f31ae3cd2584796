/// A value of a document of definitions, whose members come in the order in which they are named.
enum DefinitionValue {
    case text(String)
    case number(Int64)
    case flag(Bool)
    case list([DefinitionValue])
    case object([(String, DefinitionValue)])

    /// The value on one line.
    var json: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): "\(number)"
        case .flag(let flag): flag ? "true" : "false"
        case .list(let values): "[\(values.map(\.json).joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { "\(Self.quoted($0.0)): \($0.1.json)" }.joined(separator: ", "))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension JobArgumentsCoder {
    /// What went wrong, and at which parameter, as the end of a sentence.
    static func message(for error: any Error) -> String {
        switch error {
        case EncodingError.invalidValue(_, let context):
            return located(context.codingPath, context.debugDescription)
        case DecodingError.keyNotFound(let key, let context):
            return "“\(path(context.codingPath + [key]))” is missing"
        case DecodingError.valueNotFound(let type, let context):
            return located(context.codingPath, "expected \(type), found null")
        case DecodingError.typeMismatch(_, let context):
            return located(context.codingPath, context.debugDescription)
        case DecodingError.dataCorrupted(let context):
            // Foundation says only "not valid JSON" here; its reason is one level down.
            let reason = context.underlyingError.map { " (\($0))" } ?? ""
            return located(context.codingPath, trimmed(context.debugDescription) + reason)
        default:
            return trimmed(String(describing: error))
        }
    }

    private static func located(_ codingPath: [any CodingKey], _ description: String) -> String {
        codingPath.isEmpty ? trimmed(description) : "“\(path(codingPath))”: \(trimmed(description))"
    }

    /// A coding path as a person writes it: `items[2].address`.
    private static func path(_ codingPath: [any CodingKey]) -> String {
        codingPath.reduce(into: "") { path, key in
            if let index = key.intValue, key.stringValue == "Index \(index)" {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }

    private static func trimmed(_ sentence: String) -> String {
        sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }
}

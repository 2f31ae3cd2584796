import Foundation

/// The guide to producers in other languages.
struct ProducerGuide: Sendable {
    let text: String

    init() throws {
        let path = "../../../Sources/Baton/Baton.docc/ProducingFromAnyLanguage.md"
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        text = try String(contentsOf: here.appending(path: path).standardized, encoding: .utf8)
    }

    /// The whole programs that it shows, by the names of their languages.
    var examples: [String: String] {
        var examples: [String: String] = [:]
        // Fences come in pairs: what stands between the two of a pair begins with the language.
        for (number, part) in text.components(separatedBy: "```").enumerated() where !number.isMultiple(of: 2) {
            let (language, code) = (part.prefix { !$0.isNewline }, part.drop { !$0.isNewline }.dropFirst())
            examples[String(language)] = String(code)
        }
        return examples
    }

    /// The codes of rejects that it explains.
    var codes: Set<String> {
        let rows = text.components(separatedBy: "| code | what is wrong |")[1].components(separatedBy: "\n\n")[0]
        return Set(
            rows.split(separator: "\n").compactMap { row in
                row.hasPrefix("| `") ? row.split(separator: "`")[1] : nil
            }
            .map(String.init)
        )
    }
}

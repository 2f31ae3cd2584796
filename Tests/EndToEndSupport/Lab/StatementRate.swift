/// How often the database was asked, and what.
package struct StatementRate: CustomStringConvertible {
    /// In a second.
    package let perSecond: Double
    private let calls: [String: Int]

    init(before: [String: Int], after: [String: Int], seconds: Double) {
        calls = Dictionary(uniqueKeysWithValues: after.map { ($0.key, $0.value - before[$0.key, default: 0]) })
            .filter { $0.value > 0 }
        perSecond = Double(calls.values.reduce(0, +)) / seconds
    }

    /// The rate, and the statements, the most frequent first.
    package var description: String {
        let lines = calls.sorted { $0.value > $1.value }.map { statement, count in
            let text = statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return "\n\(count)x \(text.prefix(160))"
        }
        return "\(perSecond) statements a second\(lines.joined())"
    }
}

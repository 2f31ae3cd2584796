/// Words for descriptions.
enum English {
    /// Joins words: "a, b and c".
    ///
    /// - Parameters:
    ///   - words: The words.
    ///   - conjunction: What stands before the last.
    /// - Returns: The list.
    static func list(_ words: [String], _ conjunction: String = "and") -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
    }

    /// Writes a number as a place in an order: "1st".
    ///
    /// - Parameter number: The number.
    /// - Returns: The number with its ending.
    static func ordinal(_ number: Int) -> String {
        switch (number % 100, number % 10) {
        case (11...13, _): "\(number)th"
        case (_, 1): "\(number)st"
        case (_, 2): "\(number)nd"
        case (_, 3): "\(number)rd"
        default: "\(number)th"
        }
    }
}

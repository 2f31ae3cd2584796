/// Takes one field of a cron expression apart from its front.
struct CronScanner {
    /// Which field it is.
    let field: CronField
    /// Whether a `*`, a range or a step has been read.
    var isInterval = false

    private let part: Substring
    private let text: String
    private var rest: Substring

    /// Creates a scanner.
    ///
    /// - Parameters:
    ///   - field: Which field it is.
    ///   - part: The field's text.
    ///   - text: The expression that the field is a part of.
    init(_ field: CronField, _ part: Substring, of text: String) {
        self.field = field
        self.part = part
        self.text = text
        rest = part
    }

    /// Whether a step comes next.
    var isAtStep: Bool {
        rest.first == "/"
    }

    /// Skips a character if it comes next.
    ///
    /// - Parameter character: The character; a capital letter stands for the small one too.
    /// - Returns: Whether it came.
    mutating func accept(_ character: Character) -> Bool {
        guard let next = rest.first, next.isASCII, next == character || next.uppercased() == String(character) else {
            return false
        }
        rest.removeFirst()
        return true
    }

    /// Reads a value of the field: a number or a name.
    ///
    /// - Returns: The number, or what the name stands for.
    /// - Throws: A ``CronError``.
    mutating func value() throws(CronError) -> Int {
        let start = rest.prefix(3)
        if start.allSatisfy(\.isASCII), let index = field.names.firstIndex(of: start.uppercased()) {
            rest = rest.dropFirst(3)
            return field.range.lowerBound + index
        }
        return try number(in: field.range, or: field.allowed)
    }

    /// Reads a number.
    ///
    /// - Parameters:
    ///   - range: The numbers that are valid.
    ///   - allowed: What is allowed, for the message; `nil` for just the range.
    /// - Returns: The number.
    /// - Throws: A ``CronError``.
    mutating func number(in range: ClosedRange<Int>, or allowed: String? = nil) throws(CronError) -> Int {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= 2, let number = Int(digits), range.contains(number) else {
            let word = rest.prefix { !",-/#".contains($0) }
            let found = word.isEmpty ? rest.prefix(1) : word
            let allowed = allowed ?? "a number from \(range.lowerBound) to \(range.upperBound)"
            throw error(found.isEmpty ? "\(allowed) is missing" : "\"\(String(found).excerpt)\" is not \(allowed)")
        }
        rest = rest.dropFirst(digits.count)
        return number
    }

    /// Makes sure that the field is at its end.
    ///
    /// - Throws: A ``CronError``.
    func finish() throws(CronError) {
        guard rest.isEmpty else { throw error("\"\(String(rest).excerpt)\" cannot stand here") }
    }

    private func error(_ problem: String) -> CronError {
        let position = text.distance(from: text.startIndex, to: rest.startIndex) + 1
        return CronError(
            .invalidField,
            """
            the \(field.title) field "\(String(part).excerpt)" of "\(text.excerpt)" is wrong at character \(position): \
            \(problem)
            """
        )
    }
}

extension PostgresError {
    /// Reads libpq's message about a failed attempt to connect, for which it offers no fields.
    ///
    /// Such as `connection to server at "::1", port 5432 failed: FATAL:  57P03: the database system is starting up`,
    /// with a second line that names a place in the server's source.
    init(connectMessage: String) {
        let lines = connectMessage.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
        var message = lines.map { $0.drop(while: \.isWhitespace) }.joined(separator: "; ")
        var state: SQLState?
        // Two blanks stand between the severity, which is translated, and the code. The last attempt counts.
        if let (range, code) = Self.lastCode(in: message) {
            message.removeSubrange(range)
            state = code
        }
        self.init(.connectionFailed, message.isEmpty ? "libpq gave no reason" : message)
        self.sqlState = state
    }

    private static func lastCode(in message: String) -> (Range<String.Index>, SQLState)? {
        let characters = Array(message.utf8)
        guard characters.count > 10 else { return nil }
        let (colon, blank) = (UInt8(ascii: ":"), UInt8(ascii: " "))
        for start in stride(from: characters.count - 10, through: 0, by: -1) {
            let code = characters[(start + 3)..<(start + 8)]
            guard characters[start] == colon, characters[start + 1] == blank, characters[start + 2] == blank,
                characters[start + 8] == colon, characters[start + 9] == blank,
                code.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) })
            else { continue }
            let view = message.utf8
            let lower = view.index(view.startIndex, offsetBy: start + 3)
            return (lower..<view.index(lower, offsetBy: 7), SQLState(rawValue: String(decoding: code, as: UTF8.self)))
        }
        return nil
    }
}

extension String {
    /// Leaves out what stands in double quotes, from the first to the last.
    func redactingQuotes() -> String {
        guard let first = self.firstIndex(of: "\""), let last = self.lastIndex(of: "\"") else { return self }
        return self[..<first] + "\"…\"" + self[self.index(after: last)...]
    }
}

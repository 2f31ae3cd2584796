extension String {
    /// The text as every storage can keep it, without U+0000, and no longer than it may be.
    ///
    /// - Parameter limit: How many bytes of UTF-8 it may have.
    /// - Returns: The text, cut at a character's border.
    func storable(bytes limit: Int) -> String {
        let clean = utf8.contains(0) ? String(map { $0 == "\0" ? "\u{FFFD}" : $0 }) : self
        guard clean.utf8.count > limit else { return clean }
        var end = clean.utf8.index(clean.startIndex, offsetBy: limit - "…".utf8.count)
        while end > clean.startIndex, end.samePosition(in: clean.unicodeScalars) == nil {
            end = clean.utf8.index(before: end)
        }
        return clean[..<end] + "…"
    }
}

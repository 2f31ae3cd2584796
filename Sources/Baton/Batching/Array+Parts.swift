extension Array {
    /// Parts that follow one another, none of which is too long or too large.
    ///
    /// - Parameters:
    ///   - count: How many elements a part has at most.
    ///   - bytes: How many bytes they take together at most; an element that takes more is a part by itself.
    ///   - size: How many bytes an element takes.
    /// - Returns: The parts, none of them empty.
    func parts(of count: Int, bytes: Int, _ size: (Element) -> Int) -> [[Element]] {
        var parts: [[Element]] = []
        var taken = 0
        for element in self {
            let own = size(element)
            if let last = parts.last, last.count < count, taken + own <= bytes {
                parts[parts.count - 1].append(element)
                taken += own
            } else {
                parts.append([element])
                taken = own
            }
        }
        return parts
    }
}

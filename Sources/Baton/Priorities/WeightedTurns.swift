/// Smooth weighted round robin: whose turn it is among those that want one.
///
/// While the same ones want turns, each gets exactly its weight of them in as many turns as the weights add up to, spread
/// evenly. Who wants none loses none and saves none up. Nobody waits for ever: with each turn that goes to another, one's
/// credit grows, and nobody's credit grows without bound.
struct WeightedTurns<Key: Hashable & Sendable>: Sendable {
    private var credits: [Key: Int] = [:]

    /// Whose turn it is.
    ///
    /// - Parameters:
    ///   - candidates: Who wants one, in the order that decides between equals.
    ///   - weight: What each weighs.
    /// - Returns: Who is next; `nil` when nobody wants to be.
    mutating func next(among candidates: some Collection<Key>, weight: (Key) -> Int) -> Key? {
        guard let first = candidates.first else { return nil }
        // Alone, there is nothing to share.
        guard candidates.count > 1 else { return first }
        var (best, total) = (first, 0)
        for key in candidates {
            let own = weight(key)
            total += own
            credits[key, default: 0] += own
            if credits[key, default: 0] > credits[best, default: 0] { best = key }
        }
        credits[best, default: 0] -= total
        return best
    }

    /// Sorts by who has waited longest for a turn, without taking one.
    ///
    /// - Parameter candidates: Who is to be sorted; equals stay in their order.
    /// - Returns: The same, sorted.
    func sorted(_ candidates: [Key]) -> [Key] {
        candidates.enumerated().sorted { one, next in
            let (credit, nextCredit) = (credits[one.element] ?? 0, credits[next.element] ?? 0)
            return credit == nextCredit ? one.offset < next.offset : credit > nextCredit
        }.map(\.element)
    }
}

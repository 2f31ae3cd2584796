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

    /// Gives turns to all in a row: the first as ``next(among:weight:)`` does, the second among the others, and so on.
    ///
    /// For where it shows only later who of them has use for it: who is second often enough is not passed over for ever because
    /// those before have none.
    ///
    /// - Parameters:
    ///   - candidates: Who wants one, in the order that decides between equals.
    ///   - weight: What each weighs.
    /// - Returns: All of them, in the order of their turns.
    mutating func order(_ candidates: [Key], weight: (Key) -> Int) -> [Key] {
        var (left, ordered) = (candidates, [Key]())
        while let next = next(among: left, weight: weight) {
            ordered.append(next)
            left.removeAll { $0 == next }
        }
        return ordered
    }
}

import DequeModule

/// Deliveries that wait for a free thread, in the order in which they arrived; those to be claimed again in front.
struct WaitingLine: Sendable {
    private(set) var held = Deque<RunTable.Held>()
    /// How many are of another level than normal: as long as there is none, no levels have to be told apart.
    private(set) var prioritizedCount = 0

    /// Whether nothing waits.
    var isEmpty: Bool { held.isEmpty }

    /// How many wait.
    var count: Int { held.count }

    /// Makes room for more.
    mutating func reserve(_ more: Int) {
        held.reserveCapacity(held.count + more)
    }

    /// Adds one at the end.
    mutating func append(_ one: RunTable.Held) {
        if one.isPrioritized { prioritizedCount += 1 }
        held.append(one)
    }

    /// Puts some in front, in their order.
    mutating func prepend(_ some: some Sequence<RunTable.Held>) {
        let some = Array(some)
        prioritizedCount += some.count(where: \.isPrioritized)
        held.prepend(contentsOf: some)
    }

    /// Takes the first.
    mutating func popFirst() -> RunTable.Held? {
        guard let first = held.popFirst() else { return nil }
        if first.isPrioritized { prioritizedCount -= 1 }
        return first
    }

    /// Takes out all for which something holds.
    ///
    /// - Returns: Those, in order.
    mutating func remove(where isMeant: (RunTable.Held) -> Bool) -> [RunTable.Held] {
        var removed: [RunTable.Held] = []
        held.removeAll { one in
            guard isMeant(one) else { return false }
            removed.append(one)
            return true
        }
        prioritizedCount -= removed.count(where: \.isPrioritized)
        return removed
    }

    /// Takes out those at some places.
    ///
    /// - Parameter places: The places, counted from the front.
    mutating func remove(at places: Set<Int>) {
        guard !places.isEmpty else { return }
        var rest = Deque<RunTable.Held>()
        rest.reserveCapacity(held.count - places.count)
        prioritizedCount = 0
        for (place, one) in held.enumerated() where !places.contains(place) {
            if one.isPrioritized { prioritizedCount += 1 }
            rest.append(one)
        }
        held = rest
    }
}

extension RunTable.Held {
    /// Whether its job is of another level than normal.
    fileprivate var isPrioritized: Bool { delivery.message.level != .normal }
}

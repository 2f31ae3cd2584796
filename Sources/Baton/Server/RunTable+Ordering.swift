import DequeModule

extension RunTable {
    // MARK: The order of claims

    /// What the next claim without messages is to look through.
    ///
    /// - Parameter queues: The queues, as listed.
    /// - Returns: Where to look, in order.
    mutating func look(through queues: [String]) -> ClaimOrder.Look {
        order.look(through: queues)
    }

    /// Takes what can be claimed now, of the kinds that wait by turns and within a kind as it arrived.
    ///
    /// - Parameters:
    ///   - taken: How many jobs are claimed and have not ended.
    ///   - capacity: How many may be.
    /// - Returns: What to claim.
    mutating func takeByTurns(from taken: Int, upTo capacity: Int) -> [Held] {
        guard taken < capacity else { return [] }
        var lines: [ClaimOrder.Kind: Deque<Int>] = [:]
        for (place, held) in waiting.held.enumerated() where !paused.contains(held.delivery.message.queue) {
            lines[order.kind(of: held.delivery.message), default: []].append(place)
        }
        var batch: [Held] = []
        var places: Set<Int> = []
        while taken + batch.count < capacity {
            // Before a turn is given: a kind of which nothing can be claimed now must not use it up.
            let isForFreeThread = taken + batch.count < concurrency
            for kind in Array(lines.keys) {
                while let place = lines[kind]?.first, !canClaim(waiting.held[place], isForFreeThread: isForFreeThread) {
                    lines[kind]?.removeFirst()
                }
                if lines[kind]?.isEmpty == true { lines[kind] = nil }
            }
            guard let kind = order.next(among: lines.keys), let place = lines[kind]?.popFirst() else { break }
            claiming.insert(waiting.held[place].delivery.message.id)
            batch.append(waiting.held[place])
            places.insert(place)
        }
        waiting.remove(at: places)
        return batch
    }

    private func canClaim(_ held: Held, isForFreeThread: Bool) -> Bool {
        (isForFreeThread || !held.delivery.isRedelivered) && !claiming.contains(held.delivery.message.id)
    }
}

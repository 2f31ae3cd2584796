import Locking

/// Counts what the broker says to a producer that publishes more than can be run, and how much memory that takes.
final class FloodTally: Sendable {
    private struct State {
        var underWay = 0
        var taken = 0
        var refused = 0
        var enqueued = 0
        var memory: [Double] = []
    }

    private let state = Locked(State())

    /// Begins to publish a batch.
    ///
    /// - Parameter limit: How many batches may wait for the broker's answers.
    /// - Returns: Whether it is to be published.
    func begin(atMost limit: Int) -> Bool {
        state.withLock { state in
            guard state.underWay < limit else { return false }
            state.underWay += 1
            return true
        }
    }

    /// Notes the broker's answers to a batch.
    ///
    /// - Parameters:
    ///   - taken: How many it has taken charge of.
    ///   - count: How many were published.
    func end(taken: Int, of count: Int) {
        state.withLock { state in
            state.underWay -= 1
            state.taken += taken
            state.refused += count - taken
        }
    }

    /// Notes that the client has enqueued one meanwhile.
    func enqueue() {
        state.withLock { $0.enqueued += 1 }
    }

    /// Notes how much memory is in use.
    func look() {
        guard let memory = ResidentMemory.current()?.now else { return }
        state.withLock { $0.memory.append(memory) }
    }

    /// How many submissions the broker has taken charge of.
    var taken: Int { state.withLock(\.taken) }
    /// How many it has refused.
    var refused: Int { state.withLock(\.refused) }
    /// How many the client has enqueued meanwhile.
    var enqueued: Int { state.withLock(\.enqueued) }

    /// The most memory in use in the second quarter of the time, when all is full, and in the last; in MB.
    var memory: (early: Double, late: Double)? {
        let memory = state.withLock(\.memory)
        let quarter = memory.count / 4
        guard quarter > 0, let early = memory[quarter..<2 * quarter].max(), let late = memory.suffix(quarter).max()
        else {
            return nil
        }
        return (early, late)
    }
}

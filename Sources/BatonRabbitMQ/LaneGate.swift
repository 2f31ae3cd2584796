internal import Locking

/// Asks before the lanes of one queue are consumed.
///
/// Each life of a lane is asked for, but for the first where another lane has been answered: nothing was ever delivered
/// through it, so that no life of it has ended. Otherwise each start would look like the end of a consumer.
final class LaneGate: Sendable {
    private struct State {
        var asked: Set<String> = []
        var isAnswered = false
    }

    private let willConsume: @Sendable () async -> Bool
    private let state = Locked(State())

    /// Creates a gate.
    ///
    /// - Parameter willConsume: Asks for the queue.
    init(willConsume: @escaping @Sendable () async -> Bool) {
        self.willConsume = willConsume
    }

    /// Asks whether a lane may be consumed.
    ///
    /// - Parameter lane: The broker's name of the lane.
    /// - Returns: Whether it may.
    func mayConsume(_ lane: String) async -> Bool {
        let isCovered = state.withLock { state in
            let isFirst = state.asked.insert(lane).inserted
            return isFirst && state.isAnswered
        }
        if isCovered { return true }
        let answer = await willConsume()
        if answer {
            state.withLock { $0.isAnswered = true }
        }
        return answer
    }
}

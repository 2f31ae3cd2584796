/// From which of its queues a server takes the next job when jobs wait in several.
///
/// Within a queue the levels of priority share (``JobPriorityLevel``), whatever the order among queues is.
public enum QueueOrder: Sendable, Hashable {
    /// As jobs arrive, of whatever queue; only their levels count.
    ///
    /// Where a server works without messages, it empties the queues in the order in which they are listed.
    case arrival

    /// In the order in which the queues are listed: a job of the next is taken only when none of the ones before waits.
    ///
    /// A queue that is never empty starves those behind it. Choose weights where that must not happen.
    case strict

    /// In shares: while jobs wait in all queues, each has its weight's part of the jobs that start, and none starves.
    ///
    /// A queue that is not named weighs 1. A queue in which nothing waits leaves its turns to the others.
    case weighted([String: Int])

    /// What a queue weighs.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: Its weight; 1 where it has none.
    func weight(of queue: String) -> Int {
        guard case .weighted(let weights) = self else { return 1 }
        return weights[queue] ?? 1
    }

    /// A weight that cannot be: the queue that has it.
    var invalidWeight: String? {
        guard case .weighted(let weights) = self else { return nil }
        return weights.keys.sorted().first { weights[$0].map { !(1...Self.maximumWeight).contains($0) } ?? false }
    }

    /// The largest weight.
    public static let maximumWeight = 1000
}

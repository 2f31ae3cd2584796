internal import Baton

/// One of the broker's queues that the wake-ups of one queue of jobs go through.
struct Lane: Sendable, Hashable {
    /// The levels of the lanes, in the order of ``DispatchTopology/lanes(of:)``; `nil` for the one of bundles.
    private static let levels: [JobPriorityLevel?] = [.normal, nil] + JobPriorityLevel.prioritized.map { $0 }

    /// The queue of jobs.
    let queue: String
    /// The lane's place among those of the queue.
    let number: Int

    /// The level of what comes through it, each by itself; `nil` when bundles do.
    var level: JobPriorityLevel? { Self.levels[number] }

    /// What a probe says that has come through it.
    func returning(_ probe: ProbeID) -> ProbeReturn {
        ProbeReturn(probe: probe, queue: queue, lane: number, lanes: Self.levels.count)
    }
}

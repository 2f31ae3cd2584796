public import Baton

/// What came of a simulation in which nothing was wrong.
public struct SimulationOutcome: Sendable, Hashable {
    /// The seed.
    public let seed: UInt64
    /// A hash of everything that happened, in its order: the same in every run of the seed.
    public let hash: UInt64
    /// How many parts of tasks were run, and timers fired.
    public let steps: Int
    /// How much time passed in it.
    public let time: Duration
    /// How many jobs were stored.
    public let jobs: Int
    /// How many runs began.
    public let starts: Int
    /// What was counted in it: repairs by reason, fenced completions, duplicate deliveries.
    public let counters: [JobCounter: Int]
}

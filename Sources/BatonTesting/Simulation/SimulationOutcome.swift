package import Baton

/// What came of a simulation in which nothing was wrong.
package struct SimulationOutcome: Sendable, Hashable {
    /// The seed.
    package let seed: UInt64
    /// A hash of everything that happened, in its order: the same in every run of the seed.
    package let hash: UInt64
    /// How many parts of tasks were run, and timers fired.
    package let steps: Int
    /// How much time passed in it.
    package let time: Duration
    /// How many jobs were stored.
    package let jobs: Int
    /// How many runs began.
    package let starts: Int
    /// How many jobs were a server's as they were stored.
    package let eagerStarts: Int
    /// What was counted in it: repairs by reason, fenced completions, duplicate deliveries.
    package let counters: [JobCounter: Int]
}

package import Baton

/// What came of many simulations.
package struct SimulationReport: Sendable {
    /// How many were run.
    package private(set) var seeds = 0
    /// Those that found something wrong.
    package private(set) var failures: [SimulationError] = []
    /// How many parts of tasks they ran, and timers they fired, where nothing was wrong.
    package private(set) var steps = 0
    /// How much time passed in them, where nothing was wrong.
    package private(set) var time = Duration.zero
    /// What was counted in them: repairs by reason, fenced completions, duplicate deliveries.
    package private(set) var counters: [JobCounter: Int] = [:]

    /// Creates a report of none.
    package init() {}

    /// Runs a simulation, and takes it into the report.
    ///
    /// - Parameter seed: Its seed.
    package mutating func run(seed: UInt64) {
        run(Simulation(seed: seed))
    }

    /// Runs a simulation, and takes it into the report.
    ///
    /// - Parameter simulation: The simulation; where it fails it is not run again in words.
    package mutating func run(_ simulation: Simulation) {
        seeds += 1
        do throws(SimulationError) {
            let outcome = try simulation.look()
            steps += outcome.steps
            time += outcome.time
            counters.merge(outcome.counters, uniquingKeysWith: +)
        } catch {
            failures.append(error)
        }
    }
}

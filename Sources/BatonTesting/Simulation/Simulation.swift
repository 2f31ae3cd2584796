package import Baton

/// Baton's own client, server, scheduler and reconciler, in a world that a seed decides.
///
/// One client or more enqueue, servers run jobs, storage and broker are in memory, and everything runs on the calling
/// thread, in an order and at times drawn from the seed. Calls and answers are lost or late, messages come twice or in
/// another order, connections are cut, processes crash at any point and start again, clocks jump, servers are declared
/// dead while they live. All the while the protocol's invariants are checked; then the failures stop, and everything must
/// come to its end. The same seed always does the same.
package struct Simulation: Sendable {
    /// What everything follows from.
    package let seed: UInt64

    private let defects: Set<PlantedDefect>

    /// Prepares a simulation.
    ///
    /// - Parameter seed: What everything follows from.
    package init(seed: UInt64) {
        self.init(seed: seed, defects: [])
    }

    /// Prepares a simulation of something that is known to be wrong.
    ///
    /// - Parameters:
    ///   - seed: What everything follows from.
    ///   - defects: What is done wrong.
    package init(seed: UInt64, defects: Set<PlantedDefect>) {
        self.seed = seed
        self.defects = defects
    }

    /// Runs it, on the calling thread.
    ///
    /// - Returns: What came of it.
    /// - Throws: ``SimulationError``, with the schedule of everything that happened until then.
    @discardableResult
    package func run() throws(SimulationError) -> SimulationOutcome {
        do throws(SimulationError) {
            return try SimulationRun(seed: seed, defects: defects, isInWords: false).run()
        } catch {
            // Once more, in words: it goes the same way.
            _ = try SimulationRun(seed: seed, defects: defects, isInWords: true).run()
            throw SimulationError(.escaped, "It passed when it was run again, after: \(error.message)", seed: seed)
        }
    }

    /// Runs it without a schedule of what goes wrong.
    package func look() throws(SimulationError) -> SimulationOutcome {
        try SimulationRun(seed: seed, defects: defects, isInWords: false).run()
    }
}

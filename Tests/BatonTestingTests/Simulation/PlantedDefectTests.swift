import Baton
import BatonTesting
import Testing

/// A simulation that lets the known bad designs of PROTOCOL section 6 pass would prove nothing.
@Suite(.serialized) struct PlantedDefectTests {
    /// All but the fence of attempt alone.
    ///
    /// What that takes, a put-back that gives the attempt back while the job still runs, is nearly impossible in what is
    /// built: about one seed of a thousand finds it, and `baton-bench simulate --defects` counts them.
    private static let found = PlantedDefect.allCases.filter { $0 != .fencesByAttempt }

    @Test(arguments: found)
    func aSimulationFinds(defect: PlantedDefect) async throws {
        let failure = try await onThread {
            let seeds: Range<UInt64> = 0..<1_000
            return seeds.lazy.compactMap { seed -> SimulationError? in
                do throws(SimulationError) {
                    _ = try Simulation(seed: seed, defects: [defect]).look()
                    return nil
                } catch {
                    return error
                }
            }.first
        }
        let found = try #require(failure, "\(defect) was caught by none of 1,000 seeds")
        #expect(found.code == .violation || found.code == .stalled)
        #expect(throws: Never.self, "the defect, not the seed") { try Simulation(seed: found.seed).run() }
    }

    @Test func aFailurePrintsItsSeedAndSchedule() {
        let error = #expect(throws: SimulationError.self) {
            try Simulation(seed: 1, defects: [.acknowledgesBeforeCommit]).run()
        }
        #expect(error?.description.hasPrefix("seed 1: violation: I3") == true)
        #expect(error?.schedule.contains { $0.contains("acknowledged") } == true)
    }
}

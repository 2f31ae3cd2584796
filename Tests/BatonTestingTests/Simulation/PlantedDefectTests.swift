import Baton
import BatonTesting
import Testing

/// A simulation that lets the known bad designs of PROTOCOL section 6 pass would prove nothing.
@Suite(.serialized) struct PlantedDefectTests {
    @Test(arguments: PlantedDefect.allCases)
    func aSimulationFinds(defect: PlantedDefect) async throws {
        let failure = try await onThread {
            let seeds: Range<UInt64> = 0..<2_000
            return seeds.lazy.compactMap { seed -> SimulationError? in
                do throws(SimulationError) {
                    _ = try Simulation(seed: seed, defects: [defect]).look()
                    return nil
                } catch {
                    return error
                }
            }.first
        }
        let found = try #require(failure, "\(defect) was caught by none of 2,000 seeds")
        #expect(found.code == .violation || found.code == .stalled)
        #expect(throws: Never.self, "the defect, not the seed") { try Simulation(seed: found.seed).run() }
    }

    @Test func aFailurePrintsItsSeedAndSchedule() throws {
        let errors = (0..<100 as Range<UInt64>).lazy.compactMap { seed -> SimulationError? in
            do throws(SimulationError) {
                try Simulation(seed: seed, defects: [.acknowledgesBeforeCommit]).run()
                return nil
            } catch {
                return error
            }
        }
        let error = try #require(errors.first { $0.message.hasPrefix("I3") })
        #expect(error.description.hasPrefix("seed \(error.seed): violation: I3"))
        #expect(error.schedule.contains { $0.contains("acknowledged") })
    }
}

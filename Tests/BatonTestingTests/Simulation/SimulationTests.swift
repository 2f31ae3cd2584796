import Baton
import Testing

@testable import BatonTesting

@Suite(.serialized) struct SimulationTests {
    @Test func seedsPass() async throws {
        try await onThread {
            var (seeds, jobs) = (0, 0)
            for seed in 0..<3_000 as Range<UInt64> {
                let outcome = try Simulation(seed: seed).run()
                if outcome.eagerStarts > 0 { seeds += 1 }
                jobs += outcome.eagerStarts
            }
            // They may in half of the worlds, and in many of those all threads have something to do.
            #expect(seeds > 450 && jobs > 900, "jobs start as they are stored")
        }
    }

    @Test func newSeedsPass() async throws {
        try await onThread {
            for _ in 0..<100 { try Simulation(seed: .random(in: 1_000_000...(.max))).run() }
        }
    }

    @Test(arguments: [1, 2, 3, 5, 8, 13, 21, 34] as [UInt64])
    func aSeedAlwaysDoesTheSame(seed: UInt64) async throws {
        let runs = try await onThread {
            try [seed, seed, seed + 1].map { try Simulation(seed: $0).run() }
        }
        #expect(runs[0] == runs[1])
        #expect(runs[0].hash != runs[2].hash)
    }

    /// Of a hundred thousand runs memory would overflow.
    @Test func nothingIsLeftOfARun() async throws {
        try await onThread {
            for seed in 0..<50 as Range<UInt64> {
                weak var world: SimulationWorld?
                do {
                    let run = SimulationRun(seed: seed, defects: [], isInWords: false)
                    world = run.world
                    _ = try run.run()
                }
                #expect(world == nil, "seed \(seed)")
            }
        }
    }

    /// Hash tables have another order in each process.
    @Test func aSeedDoesTheSameInAnotherProcess() async throws {
        let here = try await onThread { try Self.hashes() }
        let result = try #require(
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                print("hashes:", try Self.hashes())
            }
        )
        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        #expect(output.contains("hashes: \(here)"))
    }

    private static func hashes() throws -> [UInt64] {
        try (100..<130).map { try Simulation(seed: $0).run().hash }
    }

    @Test func whatIsCountedShowsThatEveryRepairIsNeeded() async throws {
        let wanted = [
            JobCounter.repairedOrphans, .repairedUnpublished, .repairedUnheld, .certifiedServers, .earlyCertificates,
            .fencedCompletions, .duplicateDeliveries, .cancelledLostRuns, .repairedLost, .voidProbes, .missingQueues,
            .suspectedLosses,
        ]
        let report = try await onThread {
            var report = SimulationReport()
            // Early certificates come in one seed of a hundred.
            for seed in 0..<1_000 as Range<UInt64> where wanted.contains(where: { report.counters[$0] == nil }) {
                report.run(seed: seed)
            }
            return report
        }
        #expect(report.failures.isEmpty)
        for counter in wanted {
            #expect(report.counters[counter, default: 0] > 0, "\(counter)")
        }
    }
}
